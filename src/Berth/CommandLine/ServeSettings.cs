using System.Globalization;
using System.Text.Json;

namespace Berth.CommandLine;

/// <summary>
/// What <c>berth serve</c> is told beside its command line: by variables of the environment and by a file. Each is a word of the command line that nobody typed, and is read and
/// checked as if somebody had (B785).
/// </summary>
internal static class ServeSettings
{
    /// <summary>The option that names the file.</summary>
    public const string FileOption = "--config";

    /// <summary>The largest file, in bytes.</summary>
    public const int LongestFile = 64 * 1024;

    private const string VariablePrefix = "BERTH_";

    // A variable that names a file with the value, which is how secrets are mounted.
    private const string FileSuffix = "_FILE";

    private static readonly JsonDocumentOptions _lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 4 };

    /// <summary>The options that can be said elsewhere. Not those that make a demo: a tenant with a public secret is asked for by hand.</summary>
    private static readonly string[] _options =
    [
        "--urls", "--https", "--data", "--db", "--cluster", "--node-url", "--silo-port", "--notify-host", "--throttle", "--otlp", "--log-format", "--log-level",
        "--smtp", "--smtp-security", "--smtp-user", "--smtp-password-file", "--mail-from",
    ];

    /// <summary>Completes a command line of <c>serve</c>; any other is left alone.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="variable">A variable of the environment, or null.</param>
    /// <returns>The words to read, where each that was added comes from, and otherwise what is wrong, in one line.</returns>
    public static (string[] Args, IReadOnlyDictionary<string, string> Origins, string? Error) Complete(string[] args, Func<string, string?> variable)
    {
        Dictionary<string, string> origins = new(StringComparer.Ordinal);
        if (args is not ["serve", ..] || args.Contains("--help") || args.Contains("-h") || args.Contains("-?"))
        {
            return (args, origins, null);
        }

        try
        {
            List<string> words = [.. args];
            string? file = Typed(args, FileOption) ?? variable(VariableOf(FileOption));
            Dictionary<string, string[]> inFile = string.IsNullOrEmpty(file) ? [] : ReadFile(file);
            foreach (string option in _options.Where(option => !IsTyped(args, option)))
            {
                (string[] values, string origin) = FromEnvironment(option, variable) ?? (inFile.GetValueOrDefault(option) ?? [], file ?? "");
                if (values.Length > 0)
                {
                    origins[option] = origin;
                    words.AddRange(values.Select(value => $"{option}={value}"));
                }
            }

            return ([.. words], origins, null);
        }
        catch (FormatException e)
        {
            return (args, origins, e.Message);
        }
    }

    private static (string[] Values, string Origin)? FromEnvironment(string option, Func<string, string?> variable)
    {
        string name = VariableOf(option);
        if (variable(name) is { Length: > 0 } value)
        {
            return (option == "--notify-host" ? value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [value], name);
        }

        return variable(name + FileSuffix) is { Length: > 0 } path ? ([Read(path, name + FileSuffix).TrimEnd('\r', '\n')], name + FileSuffix) : null;
    }

    private static Dictionary<string, string[]> ReadFile(string path)
    {
        string text = Read(path, FileOption);
        Dictionary<string, string[]> values = new(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, _lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"{FileOption} {path}: the file must be one object of JSON, such as {{\"urls\": \"http://127.0.0.1:5365\"}}.");
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                string option = _options.FirstOrDefault(option => KeyOf(option) == property.Name)
                    ?? throw new FormatException($"{FileOption} {path}: there is no setting '{property.Name}'; those there are: {string.Join(", ", _options.Select(KeyOf))}.");
                if (!values.TryAdd(option, ValuesOf(property, path)))
                {
                    throw new FormatException($"{FileOption} {path}: '{property.Name}' stands there twice.");
                }
            }
        }
        catch (JsonException e)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{FileOption} {path}, line {e.LineNumber + 1}: this is no JSON."), e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"{FileOption} {path}: a text in it has half a character, which is none.", e);
        }

        return values;
    }

    private static string[] ValuesOf(JsonProperty property, string path) => property.Value.ValueKind switch
    {
        JsonValueKind.String => [property.Value.GetString()!],
        JsonValueKind.Array when property.Value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String) =>
            [.. property.Value.EnumerateArray().Select(static item => item.GetString()!)],
        _ => throw new FormatException($"{FileOption} {path}: '{property.Name}' must be a text, or a list of texts where several are allowed."),
    };

    private static string Read(string path, string source)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Length > LongestFile)
            {
                throw new FormatException($"{source}: {path} is larger than {LongestFile} bytes.");
            }

            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{source}: {path} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsTyped(string[] args, string option) => args.Any(arg => arg == option || arg.StartsWith(option + "=", StringComparison.Ordinal) || arg.StartsWith(option + ":", StringComparison.Ordinal));

    private static string? Typed(string[] args, string option)
    {
        int at = Array.IndexOf(args, option);
        return at >= 0 ? args.ElementAtOrDefault(at + 1)
            : args.FirstOrDefault(arg => arg.StartsWith(option + "=", StringComparison.Ordinal) || arg.StartsWith(option + ":", StringComparison.Ordinal))?[(option.Length + 1)..];
    }

    private static string VariableOf(string option) => VariablePrefix + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    // notify-host is notifyHost in a file, as JSON is written.
    private static string KeyOf(string option)
    {
        string[] words = option.TrimStart('-').Split('-');
        return string.Concat([words[0], .. words.Skip(1).Select(static word => char.ToUpperInvariant(word[0]) + word[1..])]);
    }
}
