namespace Berth.Engine.Tests.Comparison;

/// <content>What only Frontline has.</content>
public abstract partial record Request
{
    /// <summary>A session on one of the machines of an assignment of shared mode.</summary>
    public sealed record StartPooled(string User, string Policy, string Group, string Plan) : Request
    {
        /// <summary>The cloud app that is started.</summary>
        public string? App { get; init; }
    }

    public sealed record PowerOn(int CloudPc) : Request;

    public sealed record PowerOff(int CloudPc) : Request;

    /// <summary>What failed of a policy is made anew.</summary>
    public sealed record RetryPolicy(string Policy) : Request;

    /// <summary>The machines of a policy are made anew.</summary>
    public sealed record ReprovisionPolicy(string Policy, int Kept, bool SignsOut) : Request;

    /// <summary>They are made anew by a schedule; without an expression they are not any more.</summary>
    /// <param name="Policy">The policy.</param>
    /// <param name="Cron">The expression.</param>
    /// <param name="Kept">Percent that are kept.</param>
    /// <param name="SignsOut">Whether nobody is waited for.</param>
    /// <param name="Start">The first moment is not before, in minutes after the opening; null for now.</param>
    /// <param name="End">All moments are before, in minutes after the opening; null for no end.</param>
    public sealed record SchedulePolicy(string Policy, string? Cron, int Kept, bool SignsOut, int? Start, int? End) : Request;

    /// <summary>Storages of users at an assignment are deleted.</summary>
    public sealed record DeleteStorages(string Policy, string Group, string Plan, string[] Users) : Request;

    public sealed record Unblock(string Plan) : Request;

    /// <summary>The settings of Frontline.</summary>
    /// <param name="Held">Whether a disconnected session keeps its license.</param>
    /// <param name="Reset">Minutes that the profile of who signed out takes to go.</param>
    /// <param name="Prestart">Whether machines are started before their users come.</param>
    /// <param name="Excess">The most licenses above the limit; null for any number.</param>
    public sealed record ConfigureFrontline(bool Held, int Reset, bool Prestart, int? Excess) : Request;
}
