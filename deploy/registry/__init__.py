"""``nanxun bench registry``: a nation of enterprises registered, published and projected on one machine."""
