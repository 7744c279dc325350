namespace Berth.Engine.Tests.Comparison;

/// <content>Cloud apps, by the name that users see.</content>
public abstract partial record Request
{
    /// <summary>An app by its path.</summary>
    public sealed record CreateApp(string Policy, string App, string Path, string Icon) : Request;

    /// <summary>An app gets another name, path or icon; what is null stays.</summary>
    public sealed record UpdateApp(string Policy, string App, string? Name, string? Path, string? Icon) : Request;

    public sealed record DeleteApp(string Policy, string App) : Request;

    public sealed record PublishApps(string Policy, string[] Apps) : Request;

    public sealed record UnpublishApps(string Policy, string[] Apps) : Request;

    public sealed record ResetApps(string Policy, string[] Apps) : Request;
}
