namespace Berth.Engine.CloudPcs;

/// <summary>
/// What Frontline does with its Cloud PCs beyond having them: power, licenses that are taken and the concurrency buffer. The room after this one
/// knows how, and this is all that the lifecycle sees of it: it asks where a row or the time gives cause.
/// </summary>
internal abstract class FrontlineRoom
{
    /// <summary>The power of a Frontline row that is about to be written: what cannot be used is off and takes no license, what comes up is off.</summary>
    /// <param name="row">The row as it will be.</param>
    public abstract CloudPcPower? PowerOf(CloudPc row);

    /// <summary>Lets happen what is due for the power of a row (<see cref="CloudPc.PowerDueAt"/>); afterwards nothing of that is due at this time.</summary>
    /// <param name="index">The row's index.</param>
    /// <param name="now">When.</param>
    public abstract void BecomeDue(int index, DateTimeOffset now);

    /// <summary>Lets happen what is due for Frontline as a whole; afterwards nothing of that is due at this time.</summary>
    /// <param name="now">When.</param>
    public abstract void BecomeDue(DateTimeOffset now);

    /// <summary>A shared row is about to be made.</summary>
    /// <param name="index">The row's index.</param>
    /// <param name="row">The row as it was.</param>
    public abstract void Provisions(int index, CloudPc row);

    /// <summary>Lets shared rows that wait for others be made anew where they can (B435).</summary>
    /// <param name="machines">What makes them.</param>
    public abstract void GoOn(Lifecycle machines);

    /// <summary>Follows what a settling left: who takes how many licenses of which there are (B421).</summary>
    /// <param name="now">When.</param>
    public abstract void Settle(DateTimeOffset now);

    /// <summary>Ends a session on a Frontline row whose user has no access any more (B405).</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">When.</param>
    public abstract void SignOut(Session session, DateTimeOffset now);
}
