"""embed.py OUT FOLDER FILE... - the lab's scenario files as a C table."""
import os
import sys

out, folder, files = sys.argv[1], sys.argv[2], sorted(sys.argv[3:])
rows = []
with open(out, 'w', encoding='ascii') as c:
    c.write('/* made by lab/embed.py */\n#include "lab/scenario.h"\n\n')
    for number, name in enumerate(files):
        with open(name, 'rb') as file:
            data = file.read()
        c.write(f'static const unsigned char file{number}[] = {{\n')
        for at in range(0, len(data), 20):
            c.write('\t' + ' '.join(f'{byte},' for byte in data[at:at + 20]) + '\n')
        c.write('\t0\n};\n')
        rows.append((os.path.relpath(name, folder), number, len(data)))
    c.write('\nconst struct lab_embedded lab_embedded[] = {\n')
    for name, number, size in rows:
        c.write(f'\t{{ "{name}", (const char *)file{number}, {size} }},\n')
    c.write('};\nconst size_t lab_embedded_count = sizeof(lab_embedded) / sizeof(lab_embedded[0]);\n')
