namespace Berth.Identity;

/// <summary>Counts wrong passwords by tenant and name, on real time, and locks a name for a while (B202). For any number of threads.</summary>
internal sealed class SignInAttempts(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Tenant, string Name), Count> _counts = [];

    /// <summary>Whether nobody may try this name now.</summary>
    public bool IsLocked(Guid tenant, string name)
    {
        lock (_lock)
        {
            return _counts.TryGetValue(Key(tenant, name), out Count count) && time.GetUtcNow() < count.LockedUntil;
        }
    }

    /// <summary>A password was wrong.</summary>
    public void Failed(Guid tenant, string name)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            Count count = _counts.TryGetValue(Key(tenant, name), out Count before) && now < before.Since + IdentityLimits.AttemptWindow
                ? before with { Wrong = before.Wrong + 1 }
                : new Count(1, now, default);
            if (count.Wrong >= IdentityLimits.WrongPasswords)
            {
                count = new Count(0, now, now + IdentityLimits.Lockout);
            }

            MakeRoom(now);
            _counts[Key(tenant, name)] = count;
        }
    }

    /// <summary>A password was right.</summary>
    public void Succeeded(Guid tenant, string name)
    {
        lock (_lock)
        {
            _counts.Remove(Key(tenant, name));
        }
    }

    private static (Guid Tenant, string Name) Key(Guid tenant, string name) => (tenant, name.ToUpperInvariant());

    // Only names that exist come in; when there are too many all the same, those that count for nothing go first, then the oldest.
    private void MakeRoom(DateTimeOffset now)
    {
        if (_counts.Count < IdentityLimits.RememberedNames)
        {
            return;
        }

        foreach ((Guid, string) over in _counts.Where(entry => now >= entry.Value.Since + IdentityLimits.AttemptWindow).Select(entry => entry.Key).ToArray())
        {
            _counts.Remove(over);
        }

        if (_counts.Count >= IdentityLimits.RememberedNames)
        {
            _counts.Remove(_counts.MinBy(entry => entry.Value.Since).Key);
        }
    }

    private readonly record struct Count(int Wrong, DateTimeOffset Since, DateTimeOffset LockedUntil);
}
