using Mana.Host;
using Mana.Host.Commands;
using Mana.Host.Configuration;
using Mana.Host.Health;
using Mana.Host.Http;
using Mana.Kernel;
using Microsoft.Extensions.Options;

var command = CommandLine.Parse(args);
if (command is CommandLine.Wrong wrong)
    return await wrong.TellAsync();
if (command is CommandLine.Help)
    return await CommandLine.Help.TellAsync();
if (command is CommandLine.Health)
    return await HealthCommand.RunAsync();
try
{
    var builder = WebApplication.CreateBuilder(command is CommandLine.Serve ? args : []);
    builder.Configuration.UseEnvironmentNames(builder.Environment.IsDevelopment());
    builder.UseManaServer();
    await using var postgres = await builder.UseDatabaseAsync();

    builder.Services.AddKernel(builder.Configuration).AddManaHttp();
    builder.Services.AddSingleton<BackupStatus>().AddModules(builder.Configuration);

    await using var app = builder.Build();
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    await app.PrepareDatabaseAsync();
    if (command is CommandLine.ImportAuth accounts)
        return await ImportAuthCommand.RunAsync(app.Services, accounts.Request);
    if (command is CommandLine.ImportSync import)
        return await ImportSyncCommand.RunAsync(app.Services, import.Request);
    if (command is CommandLine.ImportCommerce commerce)
        return await ImportCommerceCommand.RunAsync(app.Services, commerce.Request);
    if (command is CommandLine.RotateKeys)
        return await RotateKeysCommand.RunAsync(app.Services);

    app.UseManaPipeline();
    app.MapKernel();
    app.MapHealth();
    app.MapApiDocument();
    app.MapModules();

    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartupProblems.Of(exception) is { } problems)
{
    await Console.Error.WriteLineAsync("Mana.Platform does not start:");
    foreach (var problem in problems)
        await Console.Error.WriteLineAsync("  " + problem);
    return 1;
}
