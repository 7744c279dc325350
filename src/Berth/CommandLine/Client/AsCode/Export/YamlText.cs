using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Berth.CommandLine.Client.AsCode.Export;

/// <summary>Texts as YAML: without quotes where nobody can take them for anything else.</summary>
internal static class YamlText
{
    private static readonly SearchValues<char> _plain = SearchValues.Create(" _.@-/+()'&");

    // What YAML, old or new, would not read as a text.
    private static readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase) { "true", "false", "yes", "no", "on", "off", "null", "y", "n" };

    private static readonly JsonSerializerOptions _quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A text as a scalar. A text in JSON's quotes is one in YAML's double quotes too.</summary>
    public static string Scalar(string text) => IsPlain(text) ? text : $"\"{JsonEncodedText.Encode(text, _quoted.Encoder)}\"";

    /// <summary>A text behind a <c>#</c>, on one line.</summary>
    public static string Comment(string text) => string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter)).Trim();

    // A letter or digit first and at the end, and between them what means nothing in YAML; a dash or dot that is no number.
    private static bool IsPlain(string text) =>
        text.Length > 0
        && char.IsAsciiLetterOrDigit(text[0])
        && !_words.Contains(text)
        && text[^1] is not (' ' or ':')
        && text.All(letter => char.IsLetterOrDigit(letter) || _plain.Contains(letter))
        && (Guid.TryParse(text, out _) || (text.Any(char.IsLetter) && char.IsAsciiLetter(text[0]) && !double.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _)));
}
