using System.Text;
using Berth.Engine;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Files of tenants that are written to, in SQLite.</summary>
public sealed class SqliteExportSuite : ExportSuite
{
    private readonly SqlitePlace _place;

    public SqliteExportSuite()
        : this(new SqlitePlace())
    {
    }

    private SqliteExportSuite(SqlitePlace place)
        : base(place) => _place = place;

    // What is held keeps its pages of the write-ahead log.
    protected override bool IsHeld()
    {
        using SqliteConnection connection = new($"Data Source={_place.Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        return (long)command.ExecuteScalar()! == 1;
    }
}

/// <summary>Files of tenants that are written to, in PostgreSQL (B700).</summary>
public sealed class PostgresExportSuite : ExportSuite
{
    private readonly PostgresPlace _place;

    public PostgresExportSuite()
        : this(new PostgresPlace())
    {
    }

    private PostgresExportSuite(PostgresPlace place)
        : base(place) => _place = place;

    protected override bool IsHeld() => IsHeld(_place.Connection);

    /// <summary>Whether somebody's transaction is open in a database while nothing is asked.</summary>
    internal static bool IsHeld(string database)
    {
        using NpgsqlConnection connection = new($"{database};Pooling=false");
        connection.Open();
        using NpgsqlCommand command = new("SELECT EXISTS(SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL)", connection);
        return (bool)command.ExecuteScalar()!;
    }
}

/// <summary>A tenant is written to a file as it is at one moment, and nobody waits for that (B751).</summary>
public abstract class ExportSuite(IPlace place) : IDisposable
{
    private readonly HandClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        place.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether a moment of the store is held.</summary>
    protected abstract bool IsHeld();

    // B751
    [Fact]
    public async Task While_many_write_each_file_has_the_answers_of_its_events_and_of_no_others()
    {
        await using LedgerDoor door = Open();
        TenantDesk desk = await Company.FoundAsync(door);
        using CancellationTokenSource over = new();
        int next = 0;
        Task[] writers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                int user = Interlocked.Increment(ref next);
                await desk.SubmitAsync(Company.User(user), Company.Somebody, new Repeatable($"{user}", new byte[] { 1 }, _ => Encoding.UTF8.GetBytes("done")), CancellationToken.None);
            }
        }))];
        long last = 0;
        for (int file = 0; file < 10; file++)
        {
            await desk.GrownAsync(last + 20, Cancel);
            long before = desk.Current.Version, told = 0;
            string path = Path.Combine(Path.GetTempPath(), $"berth-export-{Guid.NewGuid():N}");
            await using (FileStream to = new(path, FileMode.CreateNew))
            {
                await door.ExportAsync(Company.Id, to, JointIdentity.Values, version => Task.FromResult(told = version), Cancel);
            }

            Tenant tenant = Assert.Single(LedgerImport.Read(path, Cancel).Tenants);
            last = tenant.Version;
            Assert.Equal(told, last);
            Assert.True(before <= last, $"{before} was answered, and the file has {last}");
            await using (FileStream from = new(path, FileMode.Open))
            {
                Assert.Equal(tenant.UserCount, TransferFile.Read(from, path).Count(record => record.Kind == TransferFile.Kind.Answer));
            }

            File.Delete(path);
        }

        await over.CancelAsync();
        await Task.WhenAll(writers);
    }

    // B751, B752
    [Fact]
    public async Task Who_stops_taking_the_file_holds_up_nobody_and_leaves_nothing_behind()
    {
        await using LedgerDoor door = Open();
        TenantDesk desk = await Company.FoundAsync(door);
        await desk.SubmitAsync(Company.User(0), Company.Somebody, new Repeatable("long", new byte[] { 1 }, static _ => new byte[1 << 20]), Cancel);
        Assert.False(IsHeld());
        using CancellationTokenSource leaves = new();
        using StandingStream stands = new();
        Task export = door.ExportAsync(Company.Id, stands, JointIdentity.Values, static _ => Task.CompletedTask, leaves.Token);
        await stands.Full;
        for (int user = 1; user < 50; user++)
        {
            await desk.DoAsync(Company.User(user));
        }

        Assert.True(IsHeld());
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => export);
        Assert.False(IsHeld());

        // Also when the tenant goes meanwhile, what is taken is whole.
        using StandingStream slow = new();
        using MemoryStream whole = new();
        Task goes = door.ExportAsync(Company.Id, slow, JointIdentity.Values, static _ => Task.CompletedTask, Cancel);
        await slow.Full;
        Assert.True(await door.RemoveTenantAsync(Company.Id, null));
        slow.GoOn(whole);
        await goes;
        whole.Position = 0;
        Assert.Equal(51, TransferFile.Read(whole, "it").Count(record => record.Kind == TransferFile.Kind.Event));
        await Assert.ThrowsAsync<LedgerRefusedException>(() => door.ExportAsync(Company.Id, Stream.Null, JointIdentity.Values, static _ => Task.CompletedTask, Cancel));
        Assert.False(IsHeld());
    }

    private LedgerDoor Open() => LedgerDoor.Open(place.Open(), _clock, JointIdentity.Values);

    /// <summary>A stream whose taker stands still at the first bytes.</summary>
    private sealed class StandingStream : Stream
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Stream> _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when something is to be written.</summary>
        public Task Full => _full.Task;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <summary>Goes on, into another stream.</summary>
        public void GoOn(Stream to) => _goesOn.SetResult(to);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _full.TrySetResult();
            await (await _goesOn.Task.WaitAsync(cancellationToken)).WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
