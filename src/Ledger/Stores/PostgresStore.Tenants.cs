using Berth.Engine;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>Tenants that come and go (B741, B743), and the names of what lies beside them.</summary>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public Claim? Retire(Guid tenant, long maker, long? version) => Take(tenant, maker, version)?.Claim;

    /// <inheritdoc/>
    public bool Keep(Claim claim, TenantProfile profile) => List(claim, profile);

    /// <inheritdoc/>
    public int Erase(Claim claim, int most)
    {
        long gone = Write<long>(
            """
            WITH held AS MATERIALIZED (SELECT id FROM tenant WHERE id = $1 AND epoch = $2 FOR SHARE),
            events AS (DELETE FROM journal WHERE ctid = ANY(ARRAY(SELECT ctid FROM journal WHERE tenant IN (SELECT id FROM held) LIMIT $3)) RETURNING 1),
            parts AS (DELETE FROM snapshot WHERE ctid = ANY(ARRAY(SELECT ctid FROM snapshot WHERE tenant IN (SELECT id FROM held) LIMIT $3)) RETURNING 1),
            answers AS (DELETE FROM answer WHERE ctid = ANY(ARRAY(SELECT ctid FROM answer WHERE tenant IN (SELECT id FROM held) LIMIT $3)) RETURNING 1)
            SELECT CASE WHEN EXISTS(SELECT FROM held) THEN (SELECT count(*) FROM events) + (SELECT count(*) FROM parts) + (SELECT count(*) FROM answers) ELSE -1 END
            """,
            Of(claim.Tenant),
            Of(claim.Epoch),
            Of(most));
        Held(claim, gone + 1);
        return (int)gone;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Claim> TakeEpochs(IReadOnlyList<Guid> tenants)
    {
        // Locked in the order of their ids, so that two processes that do this do not wait for each other.
        long[] epochs = tenants.Count == 0 ? [] : Write<long[]>(
            """
            WITH taken AS (INSERT INTO tenant(id, epoch, node, changed) SELECT given.id, 1, $2, pg_current_xact_id() FROM unnest($1) AS given(id) ORDER BY given.id
                ON CONFLICT (id) DO UPDATE SET epoch = tenant.epoch + 1, node = $2, changed = pg_current_xact_id() RETURNING id, epoch)
            SELECT array_agg(taken.epoch ORDER BY given.place) FROM unnest($1) WITH ORDINALITY AS given(id, place) JOIN taken USING (id)
            """,
            Of(tenants.ToArray()),
            Of(_line.Number));
        return [.. tenants.Zip(epochs, static (tenant, epoch) => new Claim(tenant, epoch))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> BlobNames(string beginning = "") => Read(connection =>
    {
        using NpgsqlCommand select = Command(connection, "SELECT name FROM blob WHERE name >= $1 AND name < $2 ORDER BY name", Of(beginning), Of(beginning + "\U0010FFFF"));
        using NpgsqlDataReader reader = select.ExecuteReader();
        List<string> names = [];
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    });

    /// <inheritdoc/>
    public void DeleteBlobs(IReadOnlyList<string> names) =>
        Write<long>("WITH gone AS (DELETE FROM blob WHERE name = ANY($1) RETURNING 1) SELECT count(*) FROM gone", Of(names.ToArray()));
}
