"""What an agent may do: perceive, caption, search, measure. Each tool returns `Evidence`."""
