"""The read models in MongoDB: how they are written while events arrive, and how reports read them."""
