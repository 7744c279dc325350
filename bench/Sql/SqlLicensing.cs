using System.Data.Common;
using System.Diagnostics;

namespace Berth.Bench.Sql;

/// <summary>
/// Direct and group licensing in SQL, as a competent engineer would write it in a day: tables with keys and indexes, one set-based statement an assignment, seats by a window. It knows places of use, conflicts of service
/// plans, seats that are shared by several sources, and CountViolation; it has no waiting list, no order of retries, no history but an audit row, and tells nobody.
/// </summary>
internal abstract class SqlLicensing : IDisposable
{
    /// <summary>What both databases understand. The types of ids differ in width only.</summary>
    private const string Schema = """
        CREATE TABLE users(id INTEGER PRIMARY KEY, object_id TEXT NOT NULL, usage_location TEXT);
        CREATE TABLE groups(id INTEGER PRIMARY KEY, object_id TEXT NOT NULL);
        CREATE TABLE skus(id INTEGER PRIMARY KEY, part_number TEXT NOT NULL, units INTEGER NOT NULL);
        CREATE TABLE sku_plans(sku_id INTEGER NOT NULL, plan_id INTEGER NOT NULL, PRIMARY KEY(sku_id, plan_id));
        CREATE TABLE plan_conflicts(plan_id INTEGER NOT NULL, other_id INTEGER NOT NULL, PRIMARY KEY(plan_id, other_id));
        CREATE TABLE prohibited(sku_id INTEGER NOT NULL, usage_location TEXT NOT NULL, PRIMARY KEY(sku_id, usage_location));
        CREATE TABLE group_licenses(group_id INTEGER NOT NULL, sku_id INTEGER NOT NULL, PRIMARY KEY(group_id, sku_id));
        CREATE TABLE audit(id INTEGER PRIMARY KEY, what TEXT NOT NULL, at TEXT NOT NULL);
        """;

    /// <summary>After the load: an index that is there while rows come costs more than one that is made of them.</summary>
    private const string Indexes = """
        CREATE INDEX assignments_of_sku ON assignments(sku_id, state, user_id);
        CREATE INDEX members_of_user ON members(user_id);
        """;

    /// <summary>
    /// A license for all members of a group. Somebody who holds the SKU by another source takes no seat; the others take the free seats in the order of their ids, and who gets none is in error.
    /// States: 0 active, 1 CountViolation, 2 ProhibitedInUsageLocationViolation, 3 MutuallyExclusiveViolation.
    /// </summary>
    internal const string Assign = """
        INSERT INTO assignments(user_id, sku_id, group_id, state, updated)
        WITH conflicting AS (
            SELECT DISTINCT s.sku_id FROM sku_plans n JOIN plan_conflicts c ON c.plan_id = n.plan_id JOIN sku_plans s ON s.plan_id = c.other_id WHERE n.sku_id = @sku AND s.sku_id <> @sku),
        holders AS (SELECT DISTINCT user_id FROM assignments WHERE sku_id = @sku AND state = 0),
        conflicted AS (SELECT DISTINCT user_id FROM assignments WHERE state = 0 AND sku_id IN (SELECT sku_id FROM conflicting)),
        judged AS MATERIALIZED (
            SELECT m.user_id, CASE WHEN p.sku_id IS NOT NULL THEN 2 WHEN c.user_id IS NOT NULL THEN 3 ELSE 0 END AS verdict, CASE WHEN h.user_id IS NULL THEN 0 ELSE 1 END AS holds
            FROM members m JOIN users u ON u.id = m.user_id
                LEFT JOIN prohibited p ON p.sku_id = @sku AND p.usage_location = u.usage_location
                LEFT JOIN conflicted c ON c.user_id = m.user_id
                LEFT JOIN holders h ON h.user_id = m.user_id
            WHERE m.group_id = @group),
        counted AS (SELECT user_id, verdict, holds, SUM(CASE WHEN verdict = 0 AND holds = 0 THEN 1 ELSE 0 END) OVER (ORDER BY user_id ROWS UNBOUNDED PRECEDING) AS seat FROM judged)
        SELECT user_id, @sku, @group,
            CASE WHEN verdict <> 0 THEN verdict WHEN holds = 1 OR seat <= (SELECT s.units - (SELECT COUNT(DISTINCT a.user_id) FROM assignments a WHERE a.sku_id = @sku AND a.state = 0) FROM skus s WHERE s.id = @sku) THEN 0 ELSE 1 END,
            @now
        FROM counted
        """;

    /// <summary>What it is, with its version and what was set.</summary>
    public abstract string Name { get; }

    protected abstract DbConnection Line { get; }

    /// <summary>The tables of members and assignments, in the database's best form.</summary>
    protected abstract string OwnSchema { get; }

    /// <summary>How the plan of a statement is asked for.</summary>
    protected abstract string Explain { get; }

    /// <summary>Makes the tables and loads people: all of them in group 1, every second one in group 2, two SKUs with 75 and 1 plans and no conflict between them.</summary>
    public void Load(int users)
    {
        Execute(Schema);
        Execute(OwnSchema);
        Execute("INSERT INTO groups VALUES(1, 'everybody'), (2, 'every second')");
        Execute($"INSERT INTO skus VALUES(1, 'SPE_E5', {2 * users}), (2, 'CPC_E_2C_8GB_128GB', {2 * users})");
        Execute($"INSERT INTO sku_plans VALUES {string.Join(", ", Enumerable.Range(1, 75).Select(plan => $"(1, {plan})"))}, (2, 100)");
        Execute("INSERT INTO plan_conflicts VALUES(1, 200), (2, 201), (200, 1), (201, 2)");
        Execute("INSERT INTO prohibited VALUES(1, 'KP'), (2, 'KP')");
        Copy(users);
        Execute(Indexes);
        Settle();
    }

    /// <summary>Gives a SKU to a group, durably, and looks at the outcome.</summary>
    public (TimeSpan Took, long Active) License(int group, int sku)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using (DbTransaction transaction = Line.BeginTransaction())
        {
            Execute("INSERT INTO group_licenses VALUES(@group, @sku)", group, sku, transaction);
            Execute(Assign, group, sku, transaction);
            Execute("INSERT INTO audit(what, at) VALUES('assignLicense', @now)", group, sku, transaction);
            transaction.Commit();
        }

        TimeSpan took = watch.Elapsed;
        using DbCommand count = Command($"SELECT COUNT(*) FROM assignments WHERE group_id = {group} AND sku_id = {sku} AND state = 0", 0, 0, null);
        return (took, Convert.ToInt64(count.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>How the database goes about it.</summary>
    public IEnumerable<string> Plan(int group, int sku)
    {
        using DbCommand command = Command($"{Explain} {Assign}", group, sku, null);
        using DbDataReader reader = command.ExecuteReader();
        List<string> lines = [];
        while (reader.Read())
        {
            lines.Add(Convert.ToString(reader.GetValue(reader.FieldCount - 1), System.Globalization.CultureInfo.InvariantCulture)!);
        }

        return lines;
    }

    public virtual void Dispose() => Line.Dispose();

    /// <summary>Loads people and members as fast as the database takes them.</summary>
    protected abstract void Copy(int users);

    /// <summary>What the database does of itself in quiet hours.</summary>
    protected abstract void Settle();

    protected void Execute(string sql, int group = 0, int sku = 0, DbTransaction? transaction = null)
    {
        using DbCommand command = Command(sql, group, sku, transaction);
        command.ExecuteNonQuery();
    }

    protected static string Location(int user) => (user % 5) switch { 0 => "US", 1 => "DE", 2 => "GB", 3 => "BR", _ => "JP" };

    private DbCommand Command(string sql, int group, int sku, DbTransaction? transaction)
    {
        DbCommand command = Line.CreateCommand();
#pragma warning disable CA2100 // The texts stand above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        command.Transaction = transaction;
        foreach ((string name, object value) in ((string, object)[])[("@group", group), ("@sku", sku), ("@now", "2026-01-01T12:00:00Z")])
        {
            if (sql.Contains(name, StringComparison.Ordinal))
            {
                DbParameter parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
        }

        return command;
    }
}
