using System.CommandLine;
using Berth.CommandLine.Client.AsCode.Format;

namespace Berth.CommandLine.Client.AsCode;

/// <summary><c>berth schema</c>: the JSON Schema of a file of licenses, for editors (B559). It needs no server.</summary>
internal static class SchemaCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command schema = new("schema", "Print the JSON Schema of a file of licenses: with it an editor completes and checks the file. Needs no server.");
        schema.SetAction(async (parsed, cancel) =>
        {
            await parsed.InvocationConfiguration.Output.WriteAsync(ShapeSchema.Of(Grammar.File).AsMemory(), cancel).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return schema;
    }
}
