"""Film's second renderer: pictures out of a latent diffusion, as X-Dancer and MuseDance themselves make them."""
