"""Layers: named changes laid over a motion for a while, on its beats; `registry.apply` lays one."""
