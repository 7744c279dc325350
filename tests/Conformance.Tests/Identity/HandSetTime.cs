namespace Berth.Conformance.Tests.Identity;

/// <summary>A clock that stands where a test puts it.</summary>
internal sealed class HandSetTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2027, 1, 4, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
