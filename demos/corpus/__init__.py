"""The corpus: mocap, choreography and synthesised music made into training sets with words."""
