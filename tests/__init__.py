"""The tests mirror the folders of the program. tests/cast.py has the people, tests/conftest.py the fixtures."""
