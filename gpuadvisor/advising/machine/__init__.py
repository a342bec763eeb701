"""What a machine profile says when its parts are put together: achieved against expected, roofs, knees."""
