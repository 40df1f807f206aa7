#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proves that each lint can fail, and that it is quiet where nothing is wrong. A case is a small tree
# with one mistake; the lint must name the file, the line and the reason.
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

# metric HEAD HELP: the tree's daemon has this one metric, spelt as `fabricpulse metrics` does.
metric() {
    printf '#!/bin/sh\ncat <<END\n%s\n    %s\nEND\n' "$1" "$2" >"$scratch/daemon"
    chmod +x "$scratch/daemon"
}
export FP_BIN=$scratch/daemon

# A tree with nothing wrong in it.
fresh() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch"/tree/{src/{base,decode,export,http},include/fabricpulse/{base,decode,http},tests/unit}
    cd "$scratch/tree" || exit 1
    printf '#pragma once\n#include <stdint.h>\nuint8_t one_get(void);\n' \
        >include/fabricpulse/base/one.h
    printf '#include "fabricpulse/base/one.h"\n/* sprintf(x) in a comment */\nuint8_t one_get(void)\n{\n\treturn 1;\n}\n' \
        >src/base/one.c
    printf '#pragma once\n' >src/base/one_priv.h
    printf '#pragma once\n' >include/fabricpulse/http/web.h
    printf 'int test;\n' >tests/unit/test_one.c
    mkdir dashboards
    metric 'fabricpulse_bytes_total{agent,host} counter' 'Bytes.'
    "$FP_BIN" >dashboards/metrics.md
}

verdict() {
    if [[ $1 == pass ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$2" "$3"
    fi
}

# fails LINT EXPECTED: the tree in the working directory has a finding that starts with EXPECTED.
fails() {
    local output status
    output=$("$here/lint_$1.py" "$PWD" 2>&1)
    status=$?
    if [[ $status -eq 1 && $'\n'$output == *$'\n'"$2"* ]]; then
        verdict pass
    else
        verdict fail "$1 should say '$2' (exit $status):" "$output"
    fi
}

# passes LINT: nothing to say about the tree in the working directory.
passes() {
    local output status
    output=$("$here/lint_$1.py" "$PWD" 2>&1)
    status=$?
    if [[ $status -eq 0 && -z $output ]]; then
        verdict pass
    else
        verdict fail "$1 should be silent (exit $status):" "$output"
    fi
}

repeat() {
    local i
    for ((i = 0; i < $1; i++)); do echo "$2"; done
}

for lint in "$here"/lint_*.py; do
    lint=${lint##*/lint_}
    fresh
    passes "${lint%.py}"
done

fresh
printf '\n#include "fabricpulse/http/web.h"\n' >>src/base/one.c
fails layers 'src/base/one.c:8: room base may not include room http'
fresh
printf '#include "../base/one_priv.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: ../base/one_priv.h is private to room base'
fresh
printf '#include "base/one_priv.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: base/one_priv.h is private to room base'
fresh
touch src/top.h
printf '#include "top.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: top.h is private to room .'
fresh
mkdir src/cli && touch src/top.h
printf '#include "top.h"\n' >src/cli/two.c
passes layers
printf '#include "../base/one_priv.h"\n' >src/cli/two.c
fails layers 'src/cli/two.c:1: ../base/one_priv.h is private to room base'
fresh
printf '#include "nowhere.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: nowhere.h: neither beside this file'
fresh
mkdir src/attic && touch src/attic/old.c
fails layers 'src/attic/old.c:1: room attic has no row'
fresh
printf '#include "fabricpulse/http/web.h"\n' >src/pipeline.c
passes layers

fresh
printf 'void f(char *s)\n{\n\tsprintf(s, "x");\n}\n' >src/base/two.c
fails banned 'src/base/two.c:3: sprintf is banned'
fresh
printf 'void f(void *p)\n{\n\n\tfree(p);\n}\n' >src/decode/two.c
fails banned 'src/decode/two.c:4: free is banned'
fresh
printf 'void f(void *p)\n{\n\tq(p, free);\n}\n' >src/decode/two.c
fails banned 'src/decode/two.c:3: free is banned'
fresh
printf 'void f(struct t *p)\n{\n\tp->free(p);\n\tmem_free(p);\n\tfree(p);\n}\n' >src/base/two.c
passes banned

fresh
printf '#pragma once\nuint32_t two_get(void);\n' >include/fabricpulse/base/two.h
fails headers 'include/fabricpulse/base/two.h:2: does not compile alone'
fresh
printf 'int two_get(void);\n' >include/fabricpulse/base/two.h
fails headers 'include/fabricpulse/base/two.h:1: no #pragma once'

fresh
{ printf 'void f(void)\n{\n'; repeat 68 '	g();'; printf '}\n'; } >src/base/two.c
fails length 'src/base/two.c:2: function of 70 lines'
fresh
{ printf 'void f(void)\n{\n'; repeat 67 '	g();'; printf '}\n'; } >src/base/two.c
passes length
fresh
repeat 600 'int x;' >src/base/two.c
fails length 'src/base/two.c:600: 600 lines'
fresh
repeat 900 'ROW(x)' >src/base/two.def
passes length

fresh
cp src/base/one.c src/decode/one.c
fails names 'src/decode/one.c:1: the name is taken by src/base/one.c'
fresh
touch tests/unit/test_two.c
fails names 'tests/unit/test_two.c:1: no file two.c'

while IFS='|' read -r head text why; do
    metric "$head" "$text"
    fails metrics "fabricpulse metrics:1: $why"
done <<'END'
other_bytes_total counter|Bytes.|other_bytes_total: does not begin with fabricpulse_
fabricpulse_Bytes_total counter|Bytes.|fabricpulse_Bytes_total: is not lower case words
fabricpulse_bytes counter|Bytes.|fabricpulse_bytes: a counter; _total is for counters
fabricpulse_bytes_total gauge|Bytes.|fabricpulse_bytes_total: a gauge; _total is for counters
fabricpulse_build{version} info|Build.|fabricpulse_build: a info; _info is for info metrics
fabricpulse_delay_ms gauge|Delay.|fabricpulse_delay_ms: 'ms' is not a base unit
fabricpulse_bytes_in_total counter|Bytes.|fabricpulse_bytes_in_total: the unit 'bytes' belongs at the end
fabricpulse_depth_count gauge|Depth.|fabricpulse_depth_count: ends in a suffix
fabricpulse_depth{agent,agent} gauge|Depth.|fabricpulse_depth: has a label twice
fabricpulse_depth{ifIndex} gauge|Depth.|fabricpulse_depth: has a label that is not lower case
fabricpulse_depth_bytes{agent} histogram|Depth.|fabricpulse_depth_bytes: le is the label of histograms
fabricpulse_depth gauge||fabricpulse_depth: has no help that is a sentence
fabricpulse_depth|Depth.|cannot read 'fabricpulse_depth'
END
metric 'fabricpulse_depth_bytes{agent,le} histogram' 'Depth.'
passes metrics
printf '#!/bin/sh\n' >"$scratch/daemon"
fails metrics 'fabricpulse metrics:1: no metric at all'

fresh
printf 'fabricpulse_old_total counter\n    Old.\n' >dashboards/metrics.md
fails metrics_doc 'dashboards/metrics.md:1: make metrics-doc would change: fabricpulse_bytes_total'
rm dashboards/metrics.md
fails metrics_doc 'dashboards/metrics.md:1: make metrics-doc would change: fabricpulse_bytes_total'

fresh
printf '/* %s: finish */\n' TODO >src/base/two.c
fails words "src/base/two.c:1: 'TODO'"
fresh
printf '/* see %s 12 */\n' issue >src/base/two.c
fails words "src/base/two.c:1: 'issue 12'"
fresh
printf 'path: %s/someone/x\n' /home >README.md
fails words "README.md:1: '/home/someone'"

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
