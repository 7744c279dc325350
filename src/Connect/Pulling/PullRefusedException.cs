using Berth.Connect.Wire;

namespace Berth.Connect.Pulling;

/// <summary>Graph refused to show a part of a tenant.</summary>
public sealed class PullRefusedException(string part, string permission, PortAnswer answer)
    : Exception(answer.Status == 403
        ? $"{part} cannot be read: {answer.Message} Grant the application {permission} (with an administrator's consent), or sign in as somebody who may."
        : $"{part} cannot be read: {answer.Message} [{answer.Code}{(answer.RequestId.Length > 0 ? $", request {answer.RequestId}" : "")}]")
{
    /// <summary>Which part.</summary>
    public string Part => part;

    /// <summary>The least permission that would let it be read.</summary>
    public string Permission => permission;

    /// <summary>What Graph answered.</summary>
    public PortAnswer Answer => answer;
}
