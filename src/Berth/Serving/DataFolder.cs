using System.Text;

namespace Berth.Serving;

/// <summary>The folder that holds the database, keys and local CA. It is its owner's alone.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record DataFolder(string Path)
{
    /// <summary>For private keys.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>For what clients are to read.</summary>
    public const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The SQLite database.</summary>
    public string Database => PathOf("berth.db");

    /// <summary>Makes the folder when it is missing.</summary>
    /// <exception cref="StartRefusedException">It cannot be made; says why in one line.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(path);
                }
                else
                {
                    Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
                }
            }

            return new DataFolder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StartRefusedException($"cannot make the data folder {path}: {e.Message} Choose another with --data DIR.", e);
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Whether a file is there.</summary>
    public bool Has(string file) => File.Exists(PathOf(file));

    /// <summary>Writes a file in one step: a reader sees the old text or the new one.</summary>
    public void WriteText(string file, string text, UnixFileMode mode)
    {
        string next = PathOf(file + ".new");
        File.Delete(next);
        using (FileStream stream = new(next, Creating(FileMode.CreateNew, mode)))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(true);
        }

        File.Move(next, PathOf(file), true);
    }

    private static FileStreamOptions Creating(FileMode how, UnixFileMode mode)
    {
        FileStreamOptions options = new() { Mode = how, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return options;
    }
}
