using System.Diagnostics;
using System.Globalization;
using Berth.Conformance.Tests.House;
using Npgsql;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>
/// A real PostgreSQL, made by <c>eng/postgres</c> in a temporary folder with the server's own settings, so that a commit there is a commit on the disk. It ends with
/// the process that asked for it, however that ends.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    /// <summary>The password of its one role, over the network; over the socket none is asked for.</summary>
    public const string Password = "berth-Password; with = signs";

    /// <summary>A server that says nothing for this long hangs.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private static readonly Lazy<PostgresServer> _ofThisRun = new(static () =>
    {
        PostgresServer server = new();

        // Nobody waits for it at the end of a run: it goes with its standard input, by itself.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server._process.StandardInput.Close();
        return server;
    });

    private readonly System.Diagnostics.Process _process;
    private int _databases;

    /// <summary>Makes one and waits until it answers.</summary>
    public PostgresServer()
    {
        Folder = Path.Combine(Path.GetTempPath(), "berth-pg-" + Guid.NewGuid().ToString("N")[..12]);
        Run([]);
        _process = Start(["run", Folder]);
        Port = int.Parse(Answer(), CultureInfo.InvariantCulture);
    }

    /// <summary>The server that all tests of a run share, each with a database of its own.</summary>
    public static PostgresServer OfThisRun => _ofThisRun.Value;

    /// <summary>Its folder, where the socket lies.</summary>
    public string Folder { get; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>A new database, and the connection string to it over the socket.</summary>
    public string NewDatabase(string options = "")
    {
        string name = $"berth{Interlocked.Increment(ref _databases)}";
        using NpgsqlConnection connection = new($"{Socket("postgres")};Pooling=false");
        connection.Open();
#pragma warning disable CA2100 // The name is made here.
        using NpgsqlCommand command = new($"CREATE DATABASE {name} {options}", connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return Socket(name);
    }

    /// <summary>The connection string over the socket.</summary>
    public string Socket(string database) => $"Host={Folder};Port={Port};Username=berth;Database={database}";

    /// <summary>The connection string over the network.</summary>
    public string Network(string database, string password = Password) => $"Host=127.0.0.1;Port={Port};Username=berth;Database={database};Password=\"{password}\"";

    /// <summary>Ends it as a crash would; the data stays.</summary>
    public void Crash() => Tell("stop");

    /// <summary>Starts it again.</summary>
    public void Restart() => Tell("start");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _process.WaitForExit(_patience);
        }
    }

    private void Tell(string what)
    {
        _process.StandardInput.WriteLine(what);
        _process.StandardInput.Flush();
        if (Answer() is not "done" and var answer)
        {
            throw new InvalidOperationException($"PostgreSQL did not {what}: {answer}");
        }
    }

    private string Answer()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(_patience) && line.Result is { } answer ? answer : throw new InvalidOperationException($"eng/postgres: {(_process.HasExited ? _process.StandardError.ReadToEnd() : "no answer")}");
    }

    private static void Run(string[] arguments)
    {
        using System.Diagnostics.Process process = Start(arguments);
        process.StandardInput.Close();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(errors);
        }
    }

    private static System.Diagnostics.Process Start(string[] arguments)
    {
        ProcessStartInfo start = new(Repository.PathOf("eng/postgres"), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["BERTH_POSTGRES_PASSWORD"] = Password;
        return System.Diagnostics.Process.Start(start)!;
    }
}
