using Berth.CommandLine;

return await BerthCommand.Run(args).ConfigureAwait(false);
