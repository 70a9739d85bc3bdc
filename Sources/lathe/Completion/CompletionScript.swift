import Foundation

/// The scripts that `--generate-completion-script` prints, with what they lack.
enum CompletionScript {
  /// A text that the parser is to print; where it is a script, the mended one.
  static func mended(_ text: String) -> String {
    if text.hasPrefix("#!/bin/bash"), let last = text.range(of: bashEnd, options: .backwards) {
      return text.replacingCharacters(in: last, with: bashJoining)
    }
    if text.hasPrefix("#compdef lathe") { return zsh(text) }
    if text.hasPrefix("function __lathe_") {
      // Fish says the position of the cursor in an interactive shell only.
      return text.replacingOccurrences(
        of: "        commandline -o $argv\n",
        with:
          "        commandline -o $argv 2>/dev/null; or string length -- (commandline -t); or true\n"
      )
    }
    return text
  }

  /// An option of zsh takes its value behind a `=` too; a `:` within a value would begin its
  /// description.
  private static func zsh(_ text: String) -> String {
    text.replacing(/(?m)^( +'\*?--[a-z-]+)(\[.*\]:)/) { "\($0.1)=\($0.2)" }
      .replacing("'published:'", with: #"'published\:'"#)
  }

  private static let bashEnd = "complete -o filenames -F _lathe lathe"

  /// Bash breaks words at `=` and `:` too, so `--fault silent=` is three words to it, of which the
  /// last is a sign.
  private static let bashJoining = #"""
    # Puts together what bash has broken at = and :, but for an option and its value.
    _lathe_joined() {
        local begun="${2}"
        [[ "${begun}" == [=:] ]] && begun=''
        local -a words=()
        local -i index place=0
        local rest="${COMP_LINE}" word gap was=''
        for ((index = 0; index < ${#COMP_WORDS[@]}; index++)); do
            word="${COMP_WORDS[index]}"
            gap="${rest%%"${word}"*}"
            rest="${rest#"${gap}${word}"}"
            if ((index == 0)) || [[ -z "${word}" || -n "${gap}" ]]; then
                words+=("${word}")
            elif [[ "${word}" == '=' && "${words[-1]}" == --* ]]; then
                words+=('')
            elif [[ "${word}" == [=:]* || "${was}" == *[=:] ]]; then
                words[-1]+="${word}"
            else
                words+=("${word}")
            fi
            was="${word}"
            ((index == COMP_CWORD)) && place=$((${#words[@]} - 1))
        done
        local -a COMP_WORDS=("${words[@]}")
        local -i COMP_CWORD=place
        local whole="${words[place]}"
        _lathe "${1}" "${whole}" "${words[place > 0 ? place - 1 : 0]}"
        local head="${whole%"${begun}"}"
        [[ -n "${head}" ]] && COMPREPLY=("${COMPREPLY[@]#"${head}"}")
        [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *[=:] ]] && compopt -o nospace 2>/dev/null
        return 0
    }

    complete -o filenames -F _lathe_joined lathe
    """#
}
