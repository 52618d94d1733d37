"""What is measured on a dance, as plain numbers: arms, legs, torso, floor, dynamics, pair, music."""
