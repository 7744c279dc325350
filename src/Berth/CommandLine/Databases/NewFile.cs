using Berth.Ledger;
using Berth.Serving;

namespace Berth.CommandLine.Databases;

/// <summary>A file that appears whole or not at all, is its owner's alone, and takes nobody's place.</summary>
internal static class NewFile
{
    /// <summary>Writes it.</summary>
    /// <exception cref="LedgerRefusedException">It is there already, or cannot be written.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string begun = path + ".new";
        try
        {
            if (File.Exists(path))
            {
                throw new LedgerRefusedException($"{path} is there already. Name another file with --to.");
            }

            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 20 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = DataFolder.OwnerOnly;
            }

            await using (FileStream file = new(begun, options))
            {
                await write(file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(begun, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget(begun);
            throw new LedgerRefusedException($"{path} cannot be written: {e.Message}", e);
        }
        catch
        {
            Forget(begun);
            throw;
        }
    }

    private static void Forget(string begun)
    {
        if (File.Exists(begun))
        {
            File.Delete(begun);
        }
    }
}
