using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Hosts;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Desk;

/// <summary>The host door: <c>/berth/v1/host</c>, where agents claim jobs and report (B321 to B325, docs/how-to/write-a-host-agent.md).</summary>
internal static class HostDesk
{
    private const int RetryAfterSeconds = 1;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/host/jobs", DeskAccess.ReadCloudPcs, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/host/jobs/claim", DeskAccess.WriteCloudPcs, Claim) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/host/jobs/{job}/progress", DeskAccess.WriteCloudPcs, Progress) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/host/jobs/{job}/done", DeskAccess.WriteCloudPcs, Done) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/host/jobs/{job}/failed", DeskAccess.WriteCloudPcs, Failed) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        TenantLeases leases = Leases(request).Of(tenant.Profile.Id);
        return GraphResponse.Json(200, (jobs: OpenJob.Of(tenant), leases), static (json, s) =>
        {
            json.WriteStartObject();
            json.WriteNumber("@odata.count"u8, s.jobs.Count);
            json.WriteStartArray("value"u8);
            foreach (OpenJob open in s.jobs.Take(HostLimits.ListedJobs))
            {
                HostJobShape.WriteListed(json, open, s.leases.On(open.Job.Id));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Handling Claim(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Reading("Claim", HostBodies.Claim, claim => Once(request, desk => Claimed(request, desk.Current, desk.Now, claim)));

    private static Handling Once(GraphRequest request, Func<TenantDesk, GraphResponse> act) => GraphRoom.RepeatabilityError(request) is { } error
        ? GraphResponse.Error(request, error)
        : new Handling.Working((desk, _) => new(Leases(request).Once(request, () => act(desk))));

    private static GraphResponse Claimed(GraphRequest request, Tenant tenant, DateTimeOffset now, JobClaim claim)
    {
        OpenJob[] jobs = [.. OpenJob.Of(tenant).Where(open => open.IsFree(now) && claim.Kinds?.Contains(open.Job.Kind) != false)];
        return Leases(request).Of(tenant.Profile.Id).Claim(jobs.Select(one => (one.Job.Id, one.About)), claim.Agent, claim.Most, claim.Length) is { } leases
            ? GraphResponse.Json(200, (tenant, jobs, leases), static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteStartArray("value"u8);
                foreach (HostLease lease in s.leases)
                {
                    HostJobShape.WriteClaimed(json, s.tenant, s.jobs.First(one => one.Job.Id == lease.JobId), lease);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            })
            : GraphResponse.Error(request, GraphError.Unavailable(
                $"This tenant has {HostLimits.LeasesPerTenant} leases, which is the most (B321): report what is done, then claim again.", RetryAfterSeconds) with
            {
                InnerCode = "leasesTooMany",
            });
    }

    private static Handling Progress(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid job)
        ? request.Reading("Progress", HostBodies.Progress, progress => Once(request, desk => Progressed(request, desk.Current, job, progress)))
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static GraphResponse Progressed(GraphRequest request, Tenant tenant, Guid job, JobProgress progress)
    {
        TenantLeases leases = Leases(request).Of(tenant.Profile.Id);
        if (leases.ReportOf(job, progress.LeaseId) is not null)
        {
            return Closed(request, job);
        }

        if (leases.Renew(job, progress.LeaseId, progress.Percent, progress.Message) is not { } lease)
        {
            return Lost(request, job);
        }

        if (!OpenJob.IsOpen(tenant, job))
        {
            leases.Drop(job, progress.LeaseId);
            return Closed(request, job);
        }

        return GraphResponse.Json(200, lease, static (json, lease) =>
        {
            json.WriteStartObject();
            json.WriteString("leaseExpiresDateTime"u8, lease.ExpiresAt.UtcDateTime);
            json.WriteEndObject();
        });
    }

    private static Handling Done(Tenant tenant, GraphRequest request, RouteKeys keys) => Ended(request, keys.First, HostBodies.Done);

    private static Handling Failed(Tenant tenant, GraphRequest request, RouteKeys keys) => Ended(request, keys.First, HostBodies.Failed);

    private static Handling Ended(GraphRequest request, string key, Func<BodyReader, JsonElement, Guid, JobReport> read) => Guid.TryParseExact(key, "D", out Guid job)
        ? request.Reading("Report", (reader, body) => read(reader, body, job), report => new Handling.Working(async (desk, cancel) =>
        {
            TenantLeases leases = Leases(request).Of(desk.Id);
            while (!leases.TryKeep(job, report.LeaseId, out Task? other))
            {
                // What came at the same time is first; then it is known whether this says the same (B323).
                if (other is null)
                {
                    return Before(request, leases, report) ?? Lost(request, job);
                }

                await other.WaitAsync(cancel).ConfigureAwait(false);
            }

            try
            {
                GraphResponse response = await GraphRoom.FinishAsync(
                    desk, request, request.Submit(key, report.Report, static _ => GraphResponse.Empty()), cancel).ConfigureAwait(false);
                if (response.Status < 300)
                {
                    leases.End(job, report.LeaseId, report.Report);
                }
                else if (!OpenJob.IsOpen(desk.Current, job))
                {
                    leases.Drop(job, report.LeaseId);
                }

                return response;
            }
            finally
            {
                leases.Kept(job, report.LeaseId);
            }
        }))
        : GraphResponse.Error(request, GraphError.NotFound(key));

    // What was reported under the lease already: the same again is good.
    private static GraphResponse? Before(GraphRequest request, TenantLeases leases, JobReport report) =>
        leases.ReportOf(report.Report.JobId, report.LeaseId) is not { } before ? null
        : before == report.Report ? GraphResponse.Empty()
        : Closed(request, report.Report.JobId);

    private static GraphResponse Lost(GraphRequest request, Guid job) => GraphResponse.Error(request, GraphError.Conflict(
        "leaseLost", $"The lease on job {job} is over, or was never this agent's: somebody else may be at work on it. Stop, undo nothing, and claim again (B322)."));

    private static GraphResponse Closed(GraphRequest request, Guid job) =>
        GraphResponse.Error(request, Errors.RefusalTable.ToError(new Refusal(RefusalCode.HostJobClosed) { Subject = job }));

    private static HostLeases Leases(GraphRequest request) => request.Hosts ?? throw new InvalidOperationException("This request came through no door that has leases.");
}
