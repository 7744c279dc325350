using System.CommandLine;
using System.CommandLine.Parsing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.CommandLine;

/// <summary><c>--db</c>: a PostgreSQL database in place of the data folder's own (B700).</summary>
internal static class DatabaseOption
{
    /// <summary>The option.</summary>
    public static Option<string?> Create() => new("--db")
    {
        Description = "A PostgreSQL database (15 or newer) in place of the data folder's SQLite, such as \"Host=db.example;Database=berth;Username=berth\"; the password may come from PGPASSWORD or ~/.pgpass.",
        HelpName = "CONNECTION",
    };

    /// <summary>Adds an error where the option's value is no connection string; it repeats nothing of it (B703).</summary>
    public static void Check(CommandResult result, Option<string?> option)
    {
        try
        {
            if (result.GetResult(option) is { Implicit: false })
            {
                PostgresAddress.Read(result.GetValue(option) ?? "");
            }
        }
        catch (LedgerRefusedException e)
        {
            result.AddError($"--db: {e.Message}");
        }
    }
}
