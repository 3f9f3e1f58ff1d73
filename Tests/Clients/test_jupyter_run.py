"""`jupyter run`: a script through the kernel."""


def test_it_prints_and_ends_well(run, tmp_path):
    (tmp_path / "a.tandem").write_text('print "hello"\nprint 1 + 1\n')
    assert run("jupyter", "run", "--kernel", "tandem", "a.tandem").stdout == "hello\n2\n"


def test_an_error_is_its_exit_code(run, tmp_path):
    (tmp_path / "a.tandem").write_text("print 1\nprint nosuchname\n")
    result = run("jupyter", "run", "--kernel", "tandem", "a.tandem", code=1)
    assert "there is no `nosuchname`" in result.stdout + result.stderr
