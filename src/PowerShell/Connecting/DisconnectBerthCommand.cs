using System.Management.Automation;

namespace Berth.PowerShell;

/// <summary>Ends a connection.</summary>
/// <remarks>Forgets the token and the secret. Without -Connection it ends the one that cmdlets use when none is named. Where there is none, nothing happens.</remarks>
/// <example><code>Disconnect-Berth</code><para>Ends the newest connection.</para></example>
[Cmdlet(VerbsCommunications.Disconnect, "Berth")]
public sealed class DisconnectBerthCommand : PSCmdlet
{
    /// <summary>The connection to end.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public BerthContext? Connection { get; set; }

    /// <summary>Ends it.</summary>
    protected override void ProcessRecord() => (Connection ?? BerthContext.Current)?.End();
}
