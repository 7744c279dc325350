namespace Berth.Engine.CloudPcs;

/// <summary>
/// What Frontline does with its Cloud PCs beyond having them: power, licenses that are taken and the concurrency buffer (B410 to B425). The room after this one
/// knows how; the lifecycle asks it where a row or the time gives cause.
/// </summary>
internal interface IFrontline
{
    /// <summary>The power of a Frontline row that is about to be written: what cannot be used is off and takes no license, what comes up is off (B410).</summary>
    /// <param name="row">The row as it will be.</param>
    CloudPcPower? PowerOf(CloudPc row);

    /// <summary>Lets happen what is due for the power of a row (<see cref="CloudPc.PowerDueAt"/>); afterwards nothing of that is due at this time.</summary>
    /// <param name="index">The row's index.</param>
    /// <param name="now">When.</param>
    void BecomeDue(int index, DateTimeOffset now);

    /// <summary>Lets happen what is due for Frontline as a whole; afterwards nothing of that is due at this time.</summary>
    /// <param name="now">When.</param>
    void BecomeDue(DateTimeOffset now);

    /// <summary>Follows what a settling left: who takes how many licenses of which there are (B421).</summary>
    /// <param name="now">When.</param>
    void Settle(DateTimeOffset now);

    /// <summary>Ends a session on a Frontline row whose user has no access any more (B405).</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">When.</param>
    void SignOut(Session session, DateTimeOffset now);
}
