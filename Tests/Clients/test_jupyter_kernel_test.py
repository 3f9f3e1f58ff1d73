"""jupyter_kernel_test, whole, in our language.

One test of it finds no snippet and skips itself: `test_clear_output`. The protocol leaves `clear_output` to the kernel's
language ("this message type is used to clear the output that is visible on the frontend"), and nothing in Tandem clears what a
cell has shown: a training is updated in place by `update_display_data`, which test_protocol_check.py asks for.

`test_display_data` wants every display of a cell to be of the sample's kind. Beneath a picture we show its numbers, folded, as a
display of their own (one bundle with both would hide the picture where HTML comes before SVG, as in JupyterLab): those are
taken from its sight here, and test_nbclient.py looks at them.
"""

import jupyter_kernel_test
from kernel import TRAINING


class TestKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "tandem"
    language_name = "tandem"
    file_extension = ".tandem"
    code_hello_world = 'print "hello, world"'
    # A note about a model with more outputs than there are classes.
    code_stderr = TRAINING.replace("linear 10", "linear 20")
    completion_samples = [
        {"text": "cif", "matches": {"cifar10", "cifar100"}},
        {"text": "let x = trai", "matches": {"train"}},
        {"text": "nosuchname_z", "matches": set()},
    ]
    complete_code_samples = ["1 + 1", "let x = [1,\n 2]", "model M {\n  input 3x32x32\n  flatten\n  linear 10\n}", ""]
    incomplete_code_samples = ["model M {", "for i in 1...3 {", "print (1 +", "let x ="]
    invalid_code_samples = ["if ) {", "let = 2", 'print "open']
    code_page_something = "?train"
    code_generate_error = "nosuchname"
    code_execute_result = [
        {"code": "1 + 1", "result": "2"},
        {"code": "[1, 2.5]", "result": "[1, 2.5]"},
        {"code": "1 + 1.0625", "result": "2.0625"},
        {"code": '"text"', "result": "text"},
        {"code": "3x32x32", "result": "3x32x32"},
    ]
    code_display_data = [
        {"code": "plot [3, 1, 2]", "mime": "image/svg+xml"},
        {"code": "plot [3, 1, 2]", "mime": "text/plain"},
        {"code": "model T { input 3x32x32; flatten; linear 10 }\nsummary T", "mime": "text/html"},
        {"code": TRAINING, "mime": "image/svg+xml"},
    ]
    # No other test runs this cell; the history is that of all.
    code_history_pattern = "1?+ 1.06*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "train"

    def execute_helper(self, *arguments, **options):
        reply, messages = super().execute_helper(*arguments, **options)
        return reply, [message for message in messages if not is_folded(message)]


def is_folded(message):
    return message["content"].get("data", {}).get("text/html", "").startswith("<details>")


class TestIopubWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "tandem"
    support_iopub_welcome = True
