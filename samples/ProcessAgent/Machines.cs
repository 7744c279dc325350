using System.Diagnostics;
using System.Text.Json;

namespace ProcessAgent;

/// <summary>What a machine is, as its folder keeps it.</summary>
internal sealed record MachineRecord(CloudPc CloudPc);

/// <summary>Which process a machine is while it runs.</summary>
internal sealed record RunningRecord(int ProcessId);

/// <summary>
/// The machines of this host: each is a folder with a disk and restore points, and a process while it runs. The processes outlive the agent; several
/// agents may have one folder of machines. Everything may be done twice.
/// </summary>
internal sealed class Machines(string folder, int memoryGB)
{
    /// <summary>Held by the process of a machine as long as it runs.</summary>
    public const string LockFile = "running.lock";

    /// <summary>Written by the process of a machine when it is up.</summary>
    public const string RunningFile = "running.json";

    /// <summary>What the machine is; written when it is whole.</summary>
    public const string MachineFile = "machine.json";

    /// <summary>The files of a machine.</summary>
    public const string Disk = "disk";

    private const string Points = "snapshots";

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>Where they are.</summary>
    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    /// <summary>How many there are.</summary>
    public int Count => All().Count();

    /// <summary>Starts every machine that does not run, as a host does when it comes up.</summary>
    public async Task StartAllAsync(CancellationToken cancel)
    {
        foreach (Guid id in All().ToArray())
        {
            await EnsureRunningAsync(id, cancel);
        }
    }

    /// <summary>Makes a machine, or finds that it is there.</summary>
    public async Task ProvideAsync(CloudPc pc, CancellationToken cancel)
    {
        if (Read(pc.Id) is null)
        {
            CheckRoom(pc);
            await WipeAsync(pc.Id, cancel);
            Directory.CreateDirectory(Path.Combine(FolderOf(pc.Id), Disk));
            Write(pc);
        }

        await EnsureRunningAsync(pc.Id, cancel);
    }

    /// <summary>Makes a machine anew: nothing of the old one is left.</summary>
    public async Task RemakeAsync(CloudPc pc, CancellationToken cancel)
    {
        CheckRoom(pc);
        await WipeAsync(pc.Id, cancel);
        await ProvideAsync(pc, cancel);
    }

    /// <summary>Takes a machine away with all it has. One that is not there is gone already.</summary>
    public Task RemoveAsync(Guid id, CancellationToken cancel) => WipeAsync(id, cancel);

    /// <summary>Gives a machine another size, name or place; its disk stays.</summary>
    public async Task ChangeAsync(CloudPc pc, CancellationToken cancel)
    {
        Find(pc.Id);
        CheckRoom(pc);
        await StopAsync(pc.Id, cancel);
        Write(pc);
        await EnsureRunningAsync(pc.Id, cancel);
    }

    /// <summary>Turns a machine off and on again.</summary>
    public async Task RestartAsync(Guid id, CancellationToken cancel)
    {
        Find(id);
        await StopAsync(id, cancel);
        await EnsureRunningAsync(id, cancel);
    }

    /// <summary>Keeps the disk as it is now under a name, and of the restore points before only the named ones.</summary>
    public void Keep(Guid id, string point, IReadOnlyList<string> others)
    {
        Find(id);
        Copy(Path.Combine(FolderOf(id), Disk), PointOf(id, point));
        HashSet<string> kept = [PointOf(id, point), .. others.Select(other => PointOf(id, other))];
        foreach (string old in Directory.EnumerateDirectories(Path.Combine(FolderOf(id), Points)).Where(one => !kept.Contains(one)).ToArray())
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>Keeps the disk of a machine that goes, beside the machines; false when there is neither machine nor what was kept of it.</summary>
    public bool Retain(Guid id, string point)
    {
        string disk = Path.Combine(FolderOf(id), Disk), kept = RetainedOf(point);
        if (!Directory.Exists(kept) && Directory.Exists(disk))
        {
            // Under another name first: what has its name is whole.
            Copy(disk, kept + ".new");
            Directory.Move(kept + ".new", kept);
        }

        return Directory.Exists(kept);
    }

    /// <summary>Drops what was kept of a machine that is gone.</summary>
    public void DropRetained(string point)
    {
        if (Directory.Exists(RetainedOf(point)))
        {
            Directory.Delete(RetainedOf(point), recursive: true);
        }
    }

    /// <summary>Brings the disk back as it was kept; what came later is lost.</summary>
    public async Task RestoreAsync(CloudPc pc, string point, CancellationToken cancel)
    {
        Find(pc.Id);
        string kept = Directory.Exists(PointOf(pc.Id, point)) ? PointOf(pc.Id, point) : RetainedOf(point);
        if (!Directory.Exists(kept))
        {
            throw new JobFailedException("snapshotNotFound", $"This host keeps no restore point '{point}' of machine {pc.Id}.", isRetriable: false);
        }

        await StopAsync(pc.Id, cancel);
        Copy(kept, Path.Combine(FolderOf(pc.Id), Disk));
        Write(pc);
        await EnsureRunningAsync(pc.Id, cancel);
    }

    /// <summary>Starts a machine unless it runs.</summary>
    public async Task EnsureRunningAsync(Guid id, CancellationToken cancel)
    {
        Find(id);
        if (IsRunning(id))
        {
            return;
        }

        File.Delete(Path.Combine(FolderOf(id), RunningFile));
        string program = Environment.ProcessPath!;
        string[] command = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [Path.Combine(AppContext.BaseDirectory, "process-agent.dll"), "machine", FolderOf(id)]
            : ["machine", FolderOf(id)];

        // Streams of its own: it must neither hold the agent's open nor end with them.
        ProcessStartInfo start = new(program, command)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = FolderOf(id),
        };
        using Process process = Process.Start(start)!;
        await UntilAsync(() => File.Exists(Path.Combine(FolderOf(id), RunningFile)) || process.HasExited, cancel);
        if (!IsRunning(id))
        {
            throw new JobFailedException("machineDidNotStart", $"The process of machine {id} ended at once.", isRetriable: true);
        }
    }

    // A file that somebody holds says more than a process id, which another process can have by now.
    private bool IsRunning(Guid id)
    {
        string held = Path.Combine(FolderOf(id), LockFile);
        if (!File.Exists(held))
        {
            return false;
        }

        try
        {
            using FileStream free = new(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task StopAsync(Guid id, CancellationToken cancel)
    {
        if (!IsRunning(id))
        {
            return;
        }

        string running = Path.Combine(FolderOf(id), RunningFile);
        await UntilAsync(() => File.Exists(running) || !IsRunning(id), cancel);
        if (IsRunning(id) && JsonSerializer.Deserialize(File.ReadAllText(running), Json.Default.RunningRecord) is { } record)
        {
            try
            {
                using Process process = Process.GetProcessById(record.ProcessId);
                process.Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It ended by itself.
            }
        }

        await UntilAsync(() => !IsRunning(id), cancel);
    }

    private async Task WipeAsync(Guid id, CancellationToken cancel)
    {
        if (!Directory.Exists(FolderOf(id)))
        {
            return;
        }

        await StopAsync(id, cancel);
        File.Delete(Path.Combine(FolderOf(id), MachineFile));
        Directory.Delete(FolderOf(id), recursive: true);
    }

    private void CheckRoom(CloudPc pc)
    {
        long others = All().Where(id => id != pc.Id).Sum(id => (long)(Read(id)?.MemoryGB ?? 0));
        if (others + pc.MemoryGB > memoryGB)
        {
            throw new JobFailedException(
                "outOfMemory", $"Machine {pc.Id} needs {pc.MemoryGB} GB; this host has {memoryGB} GB, of which {others} GB are in use.", isRetriable: true);
        }
    }

    private void Find(Guid id)
    {
        if (Read(id) is null)
        {
            throw new JobFailedException("machineNotFound", $"This host has no machine {id}.", isRetriable: false);
        }
    }

    private CloudPc? Read(Guid id)
    {
        string file = Path.Combine(FolderOf(id), MachineFile);
        return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), Json.Default.MachineRecord)?.CloudPc : null;
    }

    // Under another name first: a machine whose file is there is whole.
    private void Write(CloudPc pc)
    {
        string file = Path.Combine(FolderOf(pc.Id), MachineFile);
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(new MachineRecord(pc), Json.Default.MachineRecord));
        File.Move(file + ".new", file, overwrite: true);
    }

    private IEnumerable<Guid> All() => Directory.EnumerateDirectories(Folder)
        .Where(one => File.Exists(Path.Combine(one, MachineFile)) && Guid.TryParseExact(Path.GetFileName(one), "D", out _))
        .Select(one => Guid.ParseExact(Path.GetFileName(one), "D"));

    private string FolderOf(Guid id) => Path.Combine(Folder, id.ToString("D"));

    private string PointOf(Guid id, string point) => Path.Combine(FolderOf(id), Points, FileOf(point));

    private string RetainedOf(string point) => Path.Combine(Folder, Points, FileOf(point));

    // A name from outside is no path.
    private static string FileOf(string point) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(point)));

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_patience);
        while (!condition())
        {
            try
            {
                await Task.Delay(_look, patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new JobFailedException("hostTooSlow", "The process of the machine did not come up or did not end in time.", isRetriable: true);
            }
        }
    }
}
