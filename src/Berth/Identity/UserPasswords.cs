using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>
/// What is kept of the passwords of users: a salted slow hash each, as a named value beside the journal and never in it (B203). A user whose password
/// nobody set signs in with none.
/// </summary>
internal sealed class UserPasswords(LedgerDoor ledger)
{
    private const byte FormatVersion = 1;
    private const int Head = 1 + sizeof(int) + 1;

    private readonly ConcurrentDictionary<Guid, ClientSecret> _passing = [];
    private readonly Lock _lock = new();
    private readonly List<(TenantDesk Desk, string Name, ReadOnlyMemory<byte> Value, TaskCompletionSource Kept)> _waiting = [];
    private bool _writing;

    /// <summary>Accepts a password of a user who has no other until this process ends; it is never stored.</summary>
    public void AcceptWhileRunning(Guid user, string password) => _passing[user] = ClientSecret.Of(password, IdentityLimits.MadeUpPasswordRounds);

    /// <summary>Keeps a password; durable when it returns.</summary>
    /// <exception cref="LedgerFencedException">The tenant is not here any more.</exception>
    public ValueTask KeepAsync(Tenant tenant, NewPassword password, CancellationToken cancel) =>
        KeepAsync(ledger.Find(tenant.Profile.Id) ?? throw new LedgerFencedException($"Tenant {tenant.Profile.Id} is not here any more.", tenant.Profile.Id), password, cancel);

    /// <summary>The same of a tenant that nobody finds yet.</summary>
    public ValueTask KeepAsync(TenantDesk desk, NewPassword password, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        ClientSecret kept = ClientSecret.Of(
            password.Text, tenant.Profile.Kind == TenantKind.Production ? IdentityLimits.PasswordRounds : IdentityLimits.MadeUpPasswordRounds);
        byte[] blob = new byte[Head + kept.Salt.Count + kept.Hash.Count];
        blob[0] = FormatVersion;
        BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(1), kept.Iterations);
        blob[Head - 1] = checked((byte)kept.Salt.Count);
        kept.Salt.Span.CopyTo(blob.AsSpan(Head));
        kept.Hash.Span.CopyTo(blob.AsSpan(Head + kept.Salt.Count));
        cancel.ThrowIfCancellationRequested();
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((desk, NameOf(tenant.Profile.Id, password.UserId), blob, done));
            if (!_writing)
            {
                _writing = true;
                _ = Task.Run(WriteAsync, CancellationToken.None);
            }
        }

        return new ValueTask(done.Task);
    }

    // What came while one transaction was under way goes into the next one: a flush of the disk is shared, and the journal's writer meets one other at most.
    private async Task WriteAsync()
    {
        while (true)
        {
            (TenantDesk Desk, string Name, ReadOnlyMemory<byte> Value, TaskCompletionSource Kept)[] batch;
            lock (_lock)
            {
                batch = [.. _waiting];
                _waiting.Clear();
                if (batch.Length == 0)
                {
                    _writing = false;
                    return;
                }
            }

            // One of a tenant that has gone takes no other tenant's with it.
            foreach (IGrouping<TenantDesk, (TenantDesk Desk, string Name, ReadOnlyMemory<byte> Value, TaskCompletionSource Kept)> of in batch.GroupBy(one => one.Desk))
            {
                try
                {
                    await ledger.WriteBlobsAsync(of.Key, [.. of.Select(one => (one.Name, one.Value))], CancellationToken.None).ConfigureAwait(false);
                    Array.ForEach([.. of], one => one.Kept.SetResult());
                }
                catch (Exception e)
                {
                    Array.ForEach([.. of], one => one.Kept.SetException(e));
                }
            }
        }
    }

    /// <summary>What is kept of a user's password, or null.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged.</exception>
    public async ValueTask<ClientSecret?> FindAsync(Guid tenant, Guid user, CancellationToken cancel)
    {
        byte[]? blob = await ledger.ReadBlobAsync(NameOf(tenant, user), cancel).ConfigureAwait(false);
        if (blob is null)
        {
            return _passing.GetValueOrDefault(user);
        }

        if (blob.Length <= Head || blob[0] != FormatVersion || blob.Length <= Head + blob[Head - 1])
        {
            throw new InvalidDataException($"What is kept of the password of {user} was written by a newer version of Berth, or is damaged.");
        }

        int salt = blob[Head - 1];
        return new ClientSecret([.. blob.AsSpan(Head, salt)], [.. blob.AsSpan(Head + salt)], BinaryPrimitives.ReadInt32LittleEndian(blob.AsSpan(1)));
    }

    /// <summary>What changes with a password and does not tell it.</summary>
    public static string StampOf(ClientSecret password) => Base64Url.EncodeToString(password.Salt.Span);

    private static string NameOf(Guid tenant, Guid user) => $"identity/password/{tenant:N}/{user:N}";
}
