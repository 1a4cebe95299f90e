"""cloudformation-validate as a whole process: `validate.py TEMPLATE`."""

import sys

from cloudformation_validate import CompositeEngine

report = CompositeEngine().validate_template(sys.argv[1])
print(len(report.diagnostics))
