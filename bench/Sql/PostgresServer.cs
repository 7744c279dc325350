using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Berth.Bench.Sql;

/// <summary>A PostgreSQL of its own from <c>eng/postgres</c>, reached by its socket; disposing ends it and removes its folder.</summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly Process _server;
    private readonly string _folder;
    private readonly int _port;
    private int _databases;

    /// <param name="repository">Where <c>eng/postgres</c> is.</param>
    public PostgresServer(string repository)
    {
        // Where a socket of its own is short enough, and where the server's user may look.
        _folder = Path.Combine(Path.GetTempPath(), "berth-pg-" + Guid.NewGuid().ToString("N")[..12]);
        _server = Process.Start(new ProcessStartInfo(Path.Combine(repository, "eng", "postgres"), ["run", _folder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _port = int.Parse(_server.StandardOutput.ReadLine() ?? throw new IOException("PostgreSQL did not start: run eng/postgres."), CultureInfo.InvariantCulture);
    }

    /// <summary>The processor time of all its processes so far; 0 where it cannot be told.</summary>
    public TimeSpan Cpu
    {
        get
        {
            string id = File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First();
            long ticks = 0;
            foreach (string process in Directory.EnumerateDirectories("/proc"))
            {
                string[] stat = Stat(process);

                // Fields 4, 14 to 17 of proc(5): parent, own time in user and system mode, that of children it has waited for.
                ticks += stat.Length > 14 && (stat[1] == id || Path.GetFileName(process) == id) ? stat[11..(Path.GetFileName(process) == id ? 15 : 13)].Sum(text => long.Parse(text, CultureInfo.InvariantCulture)) : 0;
            }

            return TimeSpan.FromSeconds(ticks / 100.0);
        }
    }

    /// <summary>The connection string of a database.</summary>
    public string Address(string database) => $"Host={_folder};Port={_port};Username=berth;Database={database}";

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public string NewDatabase()
    {
        string name = $"bench{++_databases}";
        using NpgsqlConnection line = new(Address("postgres") + ";Pooling=false");
        line.Open();
#pragma warning disable CA2100 // The name is made above.
        using NpgsqlCommand create = new($"CREATE DATABASE {name}", line);
#pragma warning restore CA2100
        create.ExecuteNonQuery();
        return Address(name);
    }

    /// <summary>Ends it as a crash would, or starts it again.</summary>
    public void Tell(string what)
    {
        _server.StandardInput.WriteLine(what);
        if (_server.StandardOutput.ReadLine() != "done")
        {
            throw new IOException($"PostgreSQL did not {what}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.StandardInput.Close();
        _server.WaitForExit();
        _server.Dispose();
    }

    // From the field after the name on, which may have blanks in it; empty for what is no process, or is gone.
    private static string[] Stat(string process)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(process, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
