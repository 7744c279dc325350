using Berth.Engine;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Berth.Ledger.Stores;

/// <summary>Tenants that come and go (B741, B743), and the names of what lies beside them.</summary>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public Claim? Retire(Guid tenant, long maker, long? version)
    {
        Claim claim = default;
        try
        {
            _begin.Run();
            using SqliteStatement newest = new(_database, "SELECT coalesce(max(seq), 0) FROM journal WHERE tenant = ?");
            bool isRight = version is not { } wanted || (newest.With(tenant).Next() && newest.Number(0) == wanted);
            newest.Reset();
            if (!isRight)
            {
                _rollback.Run();
                return null;
            }

            _ = _takeEpoch.With(tenant).With(0L).Next();
            claim = new Claim(tenant, _takeEpoch.Number(0));
            _takeEpoch.Reset();
            using SqliteStatement mark = new(_database, "INSERT OR REPLACE INTO blob(name, value) VALUES(?, ?)");
            mark.With(GoneTenant.NameOf(tenant)).With(GoneTenant.ValueOf(maker)).Run();
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
        return claim;
    }

    /// <inheritdoc/>
    public bool Keep(Claim claim, TenantProfile profile)
    {
        try
        {
            _begin.Run();
            Check(claim);
            using SqliteStatement unmark = new(_database, "DELETE FROM blob WHERE name = ?");
            unmark.With(GoneTenant.NameOf(claim.Tenant)).Run();
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
        return true;
    }

    /// <inheritdoc/>
    public int Erase(Claim claim, int most)
    {
        int deleted = 0;
        try
        {
            _begin.Run();
            Check(claim);
            foreach (string what in new[]
            {
                "DELETE FROM journal WHERE tenant = ?1 AND seq IN (SELECT seq FROM journal WHERE tenant = ?1 LIMIT ?2)",
                "DELETE FROM journal_payload WHERE rowid IN (SELECT rowid FROM journal_payload WHERE tenant = ?1 LIMIT ?2)",
                "DELETE FROM snapshot WHERE rowid IN (SELECT rowid FROM snapshot WHERE tenant = ?1 LIMIT ?2)",
                "DELETE FROM answer WHERE tenant = ?1 AND key IN (SELECT key FROM answer WHERE tenant = ?1 LIMIT ?2)",
            })
            {
                using SqliteStatement statement = new(_database, what);
                statement.With(claim.Tenant).With(most).Run();
                deleted += sqlite3_changes(_database);
            }
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
        return deleted;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> BlobNames(string beginning = "")
    {
        // A name of ours has no character above the last one of Unicode.
        using SqliteStatement select = new(_database, "SELECT name FROM blob WHERE name >= ? AND name < ? ORDER BY name");
        select.With(beginning).With(beginning + "\U0010FFFF");
        List<string> names = [];
        while (select.Next())
        {
            names.Add(select.Text(0));
        }

        return names;
    }

    /// <inheritdoc/>
    public void DeleteBlobs(IReadOnlyList<string> names)
    {
        try
        {
            _begin.Run();
            using SqliteStatement delete = new(_database, "DELETE FROM blob WHERE name = ?");
            foreach (string name in names)
            {
                delete.With(name).Run();
            }
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
    }
}
