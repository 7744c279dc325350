using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Connect.Wire;

namespace Berth.Connect.Writing;

/// <summary>
/// A run on disk: <c>DATA/tenants/NAME/applies/ID/</c> with its head, its calls, and a progress that is only ever added to. An answer counts as known when it is on
/// the disk (B573). One process at a time has it.
/// </summary>
public sealed partial class RunFolder : IDisposable
{
    private const int Format = 1;
    private const string HeadFile = "run.json";
    private const string CallsFile = "calls.ndjson";
    private const string ProgressFile = "progress.ndjson";
    private const string LockFile = "lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lockFile;
    private readonly FileStream _progress;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownAnswer> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (RowFate Fate, string? Message)> _fates = [];

    private RunFolder(RunHead head, IReadOnlyList<PlannedCall> calls, FileStream lockFile, FileStream progress) =>
        (Head, Calls, _lockFile, _progress) = (head, calls, lockFile, progress);

    /// <summary>What it is about.</summary>
    public RunHead Head { get; }

    /// <summary>Its calls by number.</summary>
    public IReadOnlyList<PlannedCall> Calls { get; }

    /// <summary>Whether a text can be the id of a run.</summary>
    public static bool IsId(string text) => Ids().IsMatch(text);

    /// <summary>An id that sorts by time.</summary>
    public static string NewId(DateTimeOffset now) => $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";

    /// <summary>Makes a run. Its head is written last: without one there is no run.</summary>
    /// <param name="applies">The folder of all runs of the tenant.</param>
    /// <param name="head">What it is about.</param>
    /// <param name="calls">Its calls.</param>
    /// <exception cref="ConnectFailedException">It cannot be written.</exception>
    public static RunFolder Create(string applies, RunHead head, IReadOnlyList<PlannedCall> calls)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(calls.Count, ApplyLimits.Calls, nameof(calls));
        string folder = Path.Combine(applies, head.Id);
        WholeFile.Write(Path.Combine(folder, CallsFile), stream =>
        {
            foreach (PlannedCall call in calls)
            {
                JsonSerializer.Serialize(stream, call, RunJson.Default.PlannedCall);
                stream.WriteByte((byte)'\n');
            }
        });
        WholeFile.Write(Path.Combine(folder, HeadFile), stream => JsonSerializer.Serialize(stream, head, RunJson.Default.RunHead));
        return Open(applies, head.Id);
    }

    /// <summary>Opens a run to go on with it.</summary>
    /// <exception cref="ConnectFailedException">There is none, another process has it, or it is damaged.</exception>
    public static RunFolder Open(string applies, string id)
    {
        string folder = Path.Combine(applies, id);
        if (!IsId(id) || !File.Exists(Path.Combine(folder, HeadFile)))
        {
            throw new ConnectFailedException($"there is no run '{id}' in {applies}.");
        }

        FileStream? held = null, progress = null;
        try
        {
            held = Hold(Path.Combine(folder, LockFile), id);
            RunHead head = WholeJson.Read(File.ReadAllBytes(Path.Combine(folder, HeadFile)), RunJson.Default.RunHead);
            if (head.Version > Format)
            {
                throw new ConnectFailedException($"the run {id} was begun by a newer Berth: go on with that one.");
            }

            PlannedCall[] calls = [.. File.ReadLines(Path.Combine(folder, CallsFile)).Select(static line => WholeJson.Read(Encoding.UTF8.GetBytes(line), RunJson.Default.PlannedCall))];
            if (!head.Graph.IsAbsoluteUri || calls.Length != head.Calls || calls.Where(static (call, number) => call.Number != number || call.Wishes.Count == 0 || call.Wishes.Any(static wish => wish is Wish.Properties { Set.ValueKind: not JsonValueKind.Object })).Any())
            {
                throw new ConnectFailedException($"the run {id} is damaged: {CallsFile} has not its {head.Calls} calls. Plan and apply the changes anew; what is done already costs no call.");
            }

            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            progress = new FileStream(Path.Combine(folder, ProgressFile), options);
            RunFolder run = new(head, calls, held, progress);
            run.ReadProgress();
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            progress?.Dispose();
            held?.Dispose();
            throw new ConnectFailedException($"the run {id} cannot be read: {e.Message}", e);
        }
        catch (ConnectFailedException)
        {
            progress?.Dispose();
            held?.Dispose();
            throw;
        }
    }

    /// <summary>The id under which Berth does a part of the run once: the same in every process that goes on with it (B573).</summary>
    public string RepeatabilityId(string key) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{Head.Id}/{key}")).AsSpan(0, 16)).ToString();

    /// <inheritdoc/>
    public void Dispose()
    {
        _progress.Dispose();
        _lockFile.Dispose();
    }

    /// <summary>The answer to a part, or null.</summary>
    internal KnownAnswer? Answer(string key)
    {
        lock (_lock)
        {
            return _answers.GetValueOrDefault(key);
        }
    }

    /// <summary>Whether a part went out, answered or not.</summary>
    internal bool HasBegun(string key)
    {
        lock (_lock)
        {
            return _begun.Contains(key);
        }
    }

    /// <summary>The fate of a row that is settled, or null.</summary>
    internal (RowFate Fate, string? Message)? FateOf(int row)
    {
        lock (_lock)
        {
            return _fates.TryGetValue(row, out (RowFate, string?) fate) ? fate : null;
        }
    }

    /// <summary>Puts lines down; when it returns they are on the disk.</summary>
    internal void Add(IReadOnlyCollection<ProgressLine> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        using MemoryStream bytes = new();
        foreach (ProgressLine line in lines)
        {
            JsonSerializer.Serialize(bytes, line, RunJson.Default.ProgressLine);
            bytes.WriteByte((byte)'\n');
        }

        lock (_lock)
        {
            bytes.WriteTo(_progress);
            _progress.Flush(flushToDisk: true);
            foreach (ProgressLine line in lines)
            {
                Take(line);
            }
        }
    }

    private static FileStream Hold(string path, string id)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new ConnectFailedException($"another process is at the run {id}: wait for it or stop it.", e);
        }
    }

    // A process that was killed may have left half a line, of which nobody was told: it goes.
    private void ReadProgress()
    {
        using MemoryStream all = new();
        _progress.CopyTo(all);
        ReadOnlySpan<byte> rest = all.GetBuffer().AsSpan(0, (int)all.Length);
        int good = 0;
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..], good += end + 1)
        {
            Take(WholeJson.Read(rest[..end], RunJson.Default.ProgressLine));
        }

        _progress.SetLength(good);
        _progress.Seek(0, SeekOrigin.End);
    }

    private void Take(ProgressLine line)
    {
        _begun.UnionWith(line.Begin ?? []);
        if (line is { Call: { } call, Status: { } status })
        {
            _answers[call] = new KnownAnswer(status, line.Code, line.Message, line.InnerCode);
        }

        if (line is { Row: { } row, Fate: { } fate })
        {
            _fates[row] = (fate, line.Message);
        }
    }

    [GeneratedRegex(@"\A[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\z", RegexOptions.None, 1000)]
    private static partial Regex Ids();
}
