"""What every platform of the sandbox stands on: the wire, what is remembered, pictures, reactions, choices."""
