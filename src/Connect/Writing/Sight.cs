namespace Berth.Connect.Writing;

/// <summary>What a look into the tenant says of a wish.</summary>
internal abstract record Sight
{
    private Sight()
    {
    }

    /// <summary>The tenant is as wished.</summary>
    /// <param name="Remark">What is to be told beside it, or null.</param>
    public sealed record Seen(string? Remark = null) : Sight;

    /// <summary>Not, or not yet.</summary>
    public sealed record NotYet : Sight;

    /// <summary>It will not be, and this is why.</summary>
    public sealed record Never(string Reason) : Sight;
}
