using System.CommandLine;
using Berth.CommandLine.Client.Alerts;
using Berth.CommandLine.Client.AsCode;
using Berth.CommandLine.Client.AsCode.Export;
using Berth.CommandLine.Client.Bulk;
using Berth.CommandLine.Client.CloudPcs;
using Berth.CommandLine.Client.Identity;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Plans;
using Berth.CommandLine.Client.Sync;
using Berth.CommandLine.Client.Tenants;

namespace Berth.CommandLine.Client;

/// <summary>The commands that speak Graph to a running Berth, or to any tenant. Nothing here may touch the server: they must start fast.</summary>
internal static class ClientCommands
{
    /// <summary>Adds every client command to the root.</summary>
    public static void AddTo(RootCommand root)
    {
        ConnectionOptions options = new();
        foreach (Command command in new[]
        {
            CatalogCommands.Create(options), UserCommands.Create(options), GroupCommands.Create(options), SkuCommands.Create(options), CloudPcCommands.Create(options), BulkCommands.Create(options),
            PlanCommands.CreatePlan(options), PlanCommands.CreateApply(options), ExplainCommand.Create(options), HistoryCommands.CreateHistory(options), HistoryCommands.CreateUndo(options),
            ExportCommand.Create(options),
            ForecastCommand.Create(options), FindingCommand.Create(options), MigrateCommands.Create(options), IdentityCommands.Create(options),
            SyncCommands.Create(options), AlertsCommand.Create(options), AlertReceiverCommands.Create(options),
        })
        {
            options.AddTo(command);
            root.Add(command);
        }

        root.Add(TenantCommands.Create());
        root.Add(PullCommand.Create());
        root.Add(SchemaCommand.Create());
    }
}
