using System.Management.Automation;

namespace Berth.PowerShell;

/// <summary>Shows which Berth cmdlets talk to, and as whom.</summary>
/// <remarks>There is no output when nothing is connected.</remarks>
/// <example><code>Get-BerthContext</code><para>Shows server, tenant and application.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthContext")]
[OutputType(typeof(BerthContext))]
public sealed class GetBerthContextCommand : PSCmdlet
{
    /// <summary>Shows it.</summary>
    protected override void EndProcessing()
    {
        if (BerthContext.Current is { } context)
        {
            WriteObject(context);
        }
    }
}
