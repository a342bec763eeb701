"""What texture and surface objects stand for, and how the texture unit reads them."""
