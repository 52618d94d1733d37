"""Parts that the networks share: attention, diffusion, kinematics in torch."""
