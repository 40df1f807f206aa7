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
    cat >src/export/metrics.def
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

METRICS=/dev/null
for lint in "$here"/lint_*.py; do
    lint=${lint##*/lint_}
    fresh <$METRICS
    passes "${lint%.py}"
done

fresh <$METRICS
printf '\n#include "fabricpulse/http/web.h"\n' >>src/base/one.c
fails layers 'src/base/one.c:8: room base may not include room http'
fresh <$METRICS
printf '#include "../base/one_priv.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: ../base/one_priv.h is private to room base'
fresh <$METRICS
printf '#include "base/one_priv.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: base/one_priv.h is private to room base'
fresh <$METRICS
touch src/top.h
printf '#include "top.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: top.h is private to room .'
fresh <$METRICS
mkdir src/cli && touch src/top.h
printf '#include "top.h"\n' >src/cli/two.c
passes layers
printf '#include "../base/one_priv.h"\n' >src/cli/two.c
fails layers 'src/cli/two.c:1: ../base/one_priv.h is private to room base'
fresh <$METRICS
printf '#include "nowhere.h"\n' >src/decode/two.c
fails layers 'src/decode/two.c:1: nowhere.h: neither beside this file'
fresh <$METRICS
mkdir src/attic && touch src/attic/old.c
fails layers 'src/attic/old.c:1: room attic has no row'
fresh <$METRICS
printf '#include "fabricpulse/http/web.h"\n' >src/pipeline.c
passes layers

fresh <$METRICS
printf 'void f(char *s)\n{\n\tsprintf(s, "x");\n}\n' >src/base/two.c
fails banned 'src/base/two.c:3: sprintf is banned'
fresh <$METRICS
printf 'void f(void *p)\n{\n\n\tfree(p);\n}\n' >src/decode/two.c
fails banned 'src/decode/two.c:4: free is banned'
fresh <$METRICS
printf 'void f(void *p)\n{\n\tq(p, free);\n}\n' >src/decode/two.c
fails banned 'src/decode/two.c:3: free is banned'
fresh <$METRICS
printf 'void f(struct t *p)\n{\n\tp->free(p);\n\tmem_free(p);\n\tfree(p);\n}\n' >src/base/two.c
passes banned

fresh <$METRICS
printf '#pragma once\nuint32_t two_get(void);\n' >include/fabricpulse/base/two.h
fails headers 'include/fabricpulse/base/two.h:2: does not compile alone'
fresh <$METRICS
printf 'int two_get(void);\n' >include/fabricpulse/base/two.h
fails headers 'include/fabricpulse/base/two.h:1: no #pragma once'

fresh <$METRICS
{ printf 'void f(void)\n{\n'; repeat 68 '	g();'; printf '}\n'; } >src/base/two.c
fails length 'src/base/two.c:2: function of 70 lines'
fresh <$METRICS
{ printf 'void f(void)\n{\n'; repeat 67 '	g();'; printf '}\n'; } >src/base/two.c
passes length
fresh <$METRICS
repeat 600 'int x;' >src/base/two.c
fails length 'src/base/two.c:600: 600 lines'
fresh <$METRICS
repeat 900 'ROW(x)' >src/base/two.def
passes length

fresh <$METRICS
cp src/base/one.c src/decode/one.c
fails names 'src/decode/one.c:1: the name is taken by src/base/one.c'
fresh <$METRICS
touch tests/unit/test_two.c
fails names 'tests/unit/test_two.c:1: no file two.c'

fresh <$METRICS
printf '/* %s: finish */\n' TODO >src/base/two.c
fails words "src/base/two.c:1: 'TODO'"
fresh <$METRICS
printf '/* see %s 12 */\n' issue >src/base/two.c
fails words "src/base/two.c:1: 'issue 12'"
fresh <$METRICS
printf 'path: %s/someone/x\n' /home >README.md
fails words "README.md:1: '/home/someone'"

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
