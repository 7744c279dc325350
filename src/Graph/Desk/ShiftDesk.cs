using Berth.Engine;
using Berth.Engine.Insight.Shifts;
using Berth.Graph.CloudPcs;
using Berth.Graph.Frontline;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Desk;

/// <summary>How many Frontline licenses people in shifts need: <c>/berth/v1/frontline/simulate</c> (B460 to B467). The tenant gives its catalog and nothing else; nothing changes.</summary>
internal static class ShiftDesk
{
    /// <summary>The most simulations that run at one time on a server; the next ones wait, so that requests that take no time keep a processor.</summary>
    public const int SimultaneousRuns = 1;

    private static readonly SemaphoreSlim _room = new(SimultaneousRuns);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/frontline/simulate", CloudPcAccess.Read, Simulate) { Versions = RouteVersions.Berth },
    ];

    private static Handling Simulate(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Simulation",
        (read, body) => ShiftDocument.Read(read, body, tenant.Catalog),
        asked => new Handling.Working((_, cancel) => AnswerAsync(tenant, asked.Plan, asked.WithPlot, cancel)));

    private static async ValueTask<GraphResponse> AnswerAsync(Tenant tenant, ShiftPlan plan, bool withPlot, CancellationToken cancel)
    {
        await _room.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            ShiftAnswer answer = await Task.Run(() => ShiftSimulation.Of(plan, tenant.Catalog, cancel), cancel).ConfigureAwait(false);
            return GraphResponse.Json(200, (answer, withPlot ? ShiftPlot.Draw(answer) : null), static (json, s) => ShiftDocument.Write(json, s.answer, s.Item2));
        }
        finally
        {
            _room.Release();
        }
    }
}
