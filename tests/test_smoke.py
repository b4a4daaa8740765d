def test_import():
    import tinyodl

    assert tinyodl.__version__
