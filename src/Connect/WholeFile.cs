namespace Berth.Connect;

/// <summary>Writes a file in one step: whoever reads, and whoever comes after a crash, sees the old one or the new one, and only its owner may.</summary>
public static class WholeFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file and its folder when that is missing.</summary>
    /// <exception cref="ConnectFailedException">It cannot be written; the old one is as it was.</exception>
    public static void Write(string path, Action<Stream> content)
    {
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            string next = path + ".new";
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            }

            // What a crash left of an earlier attempt.
            File.Delete(next);
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 16 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (FileStream stream = new(next, options))
            {
                content(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectFailedException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
