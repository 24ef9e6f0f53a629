"""What people write: posts, people, the city; read from files into objects, each problem with its place."""
