// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The copy button of a session copies its commands, without the prompts and the output.
(() => {
    const whole = window.playground_text;
    window.playground_text = (block, hidden) => {
        const text = whole(block, hidden);
        if (!block.querySelector('code.language-console') && !text.startsWith('$ ')) {
            return text;
        }
        const commands = [];
        let inCommand = false;
        for (const line of text.split('\n')) {
            inCommand = line.startsWith('$ ') || (inCommand && line.startsWith('> '));
            if (inCommand) {
                commands.push(line.slice(2));
            }
        }
        return commands.map(line => line + '\n').join('');
    };
})();
