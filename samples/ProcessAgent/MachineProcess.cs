using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ProcessAgent;

/// <summary>
/// A machine: a process of its own that holds a lock as long as it runs and notes on its disk each time it comes up. Whoever makes something real of this
/// sample puts a virtual machine here.
/// </summary>
internal static class MachineProcess
{
    private const int Looks = 25;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs until it is ended from outside.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        if (await HoldAsync(Path.Combine(folder, Machines.LockFile)) is not { } held)
        {
            // It runs already.
            return 1;
        }

        await using (held)
        {
            // Who stops the agent at the keyboard does not mean the machines.
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
            using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);
            CloudPc pc = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, Machines.MachineFile)), Json.Default.MachineRecord)!.CloudPc;
            File.AppendAllText(
                Path.Combine(folder, Machines.Disk, "boots.log"),
                string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():O} {pc.VCpus} vCPU {pc.MemoryGB} GB memory {pc.DiskGB} GB disk {pc.DisplayName}\n"));

            string running = Path.Combine(folder, Machines.RunningFile);
            File.WriteAllText(running + ".new", JsonSerializer.Serialize(new RunningRecord(Environment.ProcessId), Json.Default.RunningRecord));
            File.Move(running + ".new", running, overwrite: true);
            await Task.Delay(Timeout.Infinite);
        }

        return 0;
    }

    // Whoever looks whether the machine runs holds the file for a moment.
    private static async Task<FileStream?> HoldAsync(string file)
    {
        for (int looks = 0; looks < Looks; looks++)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(_look);
            }
        }

        return null;
    }
}
