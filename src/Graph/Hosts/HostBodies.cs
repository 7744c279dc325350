using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Writes;

namespace Berth.Graph.Hosts;

/// <summary>What an agent asks for.</summary>
/// <param name="Agent">How it calls itself.</param>
/// <param name="Most">The most jobs.</param>
/// <param name="Kinds">The kinds it does; null for all.</param>
/// <param name="Length">How long each lease holds without a word.</param>
internal sealed record JobClaim(string Agent, int Most, IReadOnlySet<HostJobKind>? Kinds, TimeSpan Length);

/// <summary>A word about a job that is being done.</summary>
internal sealed record JobProgress(Guid LeaseId, int Percent, string? Message);

/// <summary>How a job ended, under which lease.</summary>
internal sealed record JobReport(Guid LeaseId, Command.ReportHostJob Report);

/// <summary>The bodies of the host door.</summary>
internal static class HostBodies
{
    private static readonly Dictionary<string, HealthCheckStatus> CheckStatuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["passed"] = HealthCheckStatus.Passed,
        ["warning"] = HealthCheckStatus.Warning,
        ["informational"] = HealthCheckStatus.Informational,
        ["failed"] = HealthCheckStatus.Failed,
    };

    /// <summary>Reads a claim.</summary>
    public static JobClaim Claim(BodyReader read, JsonElement body)
    {
        string? agent = null;
        int most = 1, seconds = HostLimits.LeaseSeconds;
        HashSet<HostJobKind>? kinds = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "AGENT":
                    agent = read.Required(value, name, HostLimits.AgentCharacters);
                    break;
                case "MAX":
                    most = read.Whole(value, name, 1, HostLimits.JobsPerClaim);
                    break;
                case "KINDS":
                    kinds = [.. read.Items(value, name).Select(kind => read.OneOf(kind, name, HostJobKinds.ByName))];
                    break;
                case "LEASESECONDS":
                    seconds = read.Whole(value, name, HostLimits.ShortestLeaseSeconds, HostLimits.LongestLeaseSeconds);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (agent is null)
        {
            read.FailMissing("agent");
        }

        return new JobClaim(agent ?? "", most, kinds, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Reads a progress.</summary>
    public static JobProgress Progress(BodyReader read, JsonElement body)
    {
        Guid? lease = null;
        int percent = 0;
        string? message = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "LEASEID":
                    lease = read.Id(value, name);
                    break;
                case "PERCENT":
                    percent = read.Whole(value, name, 0, 100);
                    break;
                case "MESSAGE":
                    message = read.Text(value, name, HostLimits.ProgressCharacters);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return new JobProgress(Lease(read, lease), percent, message);
    }

    /// <summary>Reads that a job is done.</summary>
    public static JobReport Done(BodyReader read, JsonElement body, Guid job)
    {
        Guid? lease = null;
        CloudPcError? warning = null;
        ValueArray<HealthCheck> checks = [];
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "LEASEID":
                    lease = read.Id(value, name);
                    break;
                case "WARNING":
                    warning = value.ValueKind == JsonValueKind.Null ? null : Warning(read, value, name);
                    break;
                case "CHECKS":
                    checks = Checks(read, value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        HostOutcome outcome = warning is null ? HostOutcome.Done : HostOutcome.DoneWithWarnings;
        return new JobReport(Lease(read, lease), new Command.ReportHostJob(job, outcome, warning) { Checks = checks });
    }

    /// <summary>Reads that a job did not work.</summary>
    public static JobReport Failed(BodyReader read, JsonElement body, Guid job)
    {
        Guid? lease = null;
        string? code = null, message = null;
        bool isRetriable = true;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "LEASEID":
                    lease = read.Id(value, name);
                    break;
                case "CODE":
                    code = read.Required(value, name, HostLimits.CodeCharacters);
                    break;
                case "MESSAGE":
                    message = read.Required(value, name, HostLimits.MessageCharacters);
                    break;
                case "RETRIABLE":
                    isRetriable = read.Flag(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return new JobReport(Lease(read, lease), new Command.ReportHostJob(job, HostOutcome.Failed, Error(read, code, message)) { IsFinal = !isRetriable });
    }

    private static Guid Lease(BodyReader read, Guid? lease)
    {
        if (lease is null)
        {
            read.FailMissing("leaseId");
        }

        return lease ?? Guid.Empty;
    }

    private static CloudPcError Warning(BodyReader read, JsonElement body, string property)
    {
        string? code = null, message = null;
        foreach ((string name, JsonElement value) in read.Properties(body, property))
        {
            switch (name.ToUpperInvariant())
            {
                case "CODE":
                    code = read.Required(value, name, HostLimits.CodeCharacters);
                    break;
                case "MESSAGE":
                    message = read.Required(value, name, HostLimits.MessageCharacters);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return Error(read, code, message);
    }

    private static CloudPcError Error(BodyReader read, string? code, string? message)
    {
        if (code is null || message is null)
        {
            read.FailMissing(code is null ? "code" : "message");
        }

        return new CloudPcError(code ?? "", message ?? "");
    }

    private static ValueArray<HealthCheck> Checks(BodyReader read, JsonElement body, string property)
    {
        List<HealthCheck> checks = [];
        foreach (JsonElement item in read.Items(body, property))
        {
            string? what = null, errorType = null, detail = null;
            HealthCheckStatus? status = null;
            foreach ((string name, JsonElement value) in read.Properties(item, property))
            {
                switch (name.ToUpperInvariant())
                {
                    case "DISPLAYNAME":
                        what = read.Required(value, name, HostLimits.CodeCharacters);
                        break;
                    case "STATUS":
                        status = read.OneOf(value, name, CheckStatuses);
                        break;
                    case "ERRORTYPE":
                        errorType = read.Text(value, name, HostLimits.CodeCharacters);
                        break;
                    case "ADDITIONALDETAIL":
                        detail = read.Text(value, name, HostLimits.MessageCharacters);
                        break;
                    default:
                        read.FailUnknown(name);
                        break;
                }
            }

            if (what is null || status is null)
            {
                read.FailMissing(what is null ? "displayName" : "status");
            }

            checks.Add(new HealthCheck(what ?? "", status ?? HealthCheckStatus.Failed, errorType, detail));
            if (checks.Count > HostLimits.ChecksPerReport)
            {
                read.FailValue(property, $"At most {HostLimits.ChecksPerReport} checks are possible.");
            }

            if (read.Error is not null)
            {
                return [];
            }
        }

        return checks.ToValueArray();
    }
}
