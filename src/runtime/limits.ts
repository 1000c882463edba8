// Every bound and deadline of the server, in one place. A queue, batch, cache, loop or wait
// elsewhere takes its number from here; the docs and the tests of the edges name these entries.
// Units come last in each name.

export const limits = {
  /** Keys one loader puts into one batch. */
  batchKeysMax: 500,
  /** Keys in a batch whose statement is a UNION ALL with one branch per key. */
  unionBatchKeysMax: 250,
  /** Rows of the catalogue that one of its loaders keeps for all requests; what is known not to be there counts as one. */
  catalogueRowsKeptMax: 20_000,
  /** For how long at most, though nothing has changed: an answer made of them is as old as they are. */
  catalogueKeptMs: 1_000,
  /** Batches one loader has at the database at the same time; further keys collect meanwhile. */
  batchesInFlightMax: 2,
  /** A batch waiting behind another before it leaves beside it. */
  batchOvertakeMs: 50,
  /** Keys one loader holds that have not been dispatched; more are refused with OVERLOADED. */
  keysWaitingMax: 50_000,
  /** A batch waiting for its turn at the database; its keys are then refused with OVERLOADED. */
  batchWaitMs: 3_000,
  /** Statements spent on isolating the failing keys of one batch: 2 log2(500), rounded up. */
  batchSplitsMax: 20,

  /** A read statement, enforced by the server. */
  readStatementMs: 1_000,
  /** The same seen from our side: a server that does not even refuse any more (frozen, gone). */
  readStatementClientMs: 1_500,
  /** Waiting for a connection of the pool. */
  poolWaitMs: 250,
  /** Waiting at start until all connections of the pool are open. */
  poolWarmMs: 2_000,
  /** Waiting at start for a database that does not answer yet. */
  databaseStartMs: 10_000,
  /** Opening a connection. */
  connectMs: 1_000,

  /** Connections for writes, beside those for reads. */
  writeConnectionsMax: 9,
  /** Waiting for a row that another transaction holds, enforced by the server. */
  lockWaitSeconds: 1,
  /** Silence of MySQL while it owes a write an answer; longer than a lock wait. */
  writeSilenceMs: 3_000,
  /** A write transaction, from its first statement to COMMIT. */
  writeTransactionMs: 3_000,

  /** Commands in one group, which is one transaction. */
  groupCommandsMax: 200,
  /** Lines of the commands in one group: players times items. */
  groupLinesMax: 2_000,
  /** Groups of one process at the database at the same time. */
  groupsInFlightMax: 4,
  /** Waiting commands that let a further group leave beside those that are out. */
  groupCommandsMin: 32,
  /** A command waiting behind other groups, at least and at most, before one leaves with it beside them. */
  groupOvertakeMsMin: 5,
  groupOvertakeMsMax: 200,
  /** Groups that wait for rows which others hold, at the same time. */
  groupsPatientMax: 1,
  /** Groups that skip a command because others hold its rows, before it waits for them by itself. */
  commandDeferralsMax: 3,
  /** Waiting before a command that was skipped, or whose group failed, is tried again. */
  commandRetryMs: 20,
  /** Failures of a group before it is split in two. */
  groupFailuresMax: 2,
  /** Commands one process holds; more are refused with OVERLOADED. */
  commandsWaitingMax: 10_000,
  /** From a command's arrival to its answer. */
  commandMs: 4_000,
  /** After MySQL could not be reached: how long commands are refused before it is tried again. */
  breakerMs: 500,
  /** Waiting for Redis to confirm that tags are open, or closed, before a write goes on. */
  fenceMs: 1_000,
  /** Tags that a writer holds open at most, should it die before it closes them. */
  fenceOpenMs: 60_000,
  /** Between two attempts to tell Redis what it has not confirmed. */
  fenceRetryMs: 100,
  /** Tags whose closing Redis has not confirmed, remembered one by one. */
  owedTagsMax: 10_000,
  /** A new epoch is not used for as long as a write may be under way. */
  epochShutMs: 5_000,
  /** A generation is kept at least as long as what was made under it. */
  generationMs: 3_600_000,

  /** Entries in one call of the studio's writes: items, locations, assignments. */
  upsertsMax: 500,
  /** Ingredients of one recipe. */
  recipeLinesMax: 20,
  /** Rows of one INSERT of the studio's writes. */
  insertRowsMax: 1_000,
  /** The studio's writes one process has out at the same time; more are refused with OVERLOADED. */
  studioCommandsMax: 4,
  /** Code points of an item's name, as the column holds them. */
  itemNameCharactersMax: 64,
  /** Code points of a location's name. */
  locationNameCharactersMax: 100,
  /** Code points of a studio's own id. */
  externalIdCharactersMax: 128,

  /** Before an API process that has ended is replaced, the first time; each time after that twice as long. */
  workerRestartMs: 100,
  /** The same when it ends again and again. */
  workerRestartMsMax: 10_000,
  /** One that lived for that long had no trouble with its start. */
  workerSteadyMs: 30_000,
  /** An API process that was asked to leave; it is killed then. */
  workerLeaveMs: 14_000,
  /** The metrics of one API process, when those of all are added up; without it then. */
  clusterMetricsMs: 1_000,
  /** Their sum; whoever was asked for it then gives its own. */
  clusterSumMs: 2_500,

  /** MySQL connections of a worker process. */
  workerConnectionsMax: 2,
  /** Rows that the worker deletes in one transaction. */
  purgeRowsMax: 1_000,
  /** Such transactions in one round. */
  purgeBatchesMax: 1_000,
  /** Between two rounds. */
  purgePauseMs: 60_000,
  /** The same after one that failed. */
  purgeRetryMs: 5_000,

  /** Lines of items in one write. */
  itemLinesMax: 100,
  /** Answers to idempotency keys are kept, and older version-7 keys refused. */
  idempotencyWindowMs: 30 * 86_400_000,
  /** A version-7 key from that far in the future is refused: clocks differ, but not by more. */
  idempotencyAheadMs: 3_600_000,

  /** Characters of Accept headers whose meaning is remembered, together. */
  acceptCharactersRememberedMax: 10_000,
  /** Bytes of a request's body. */
  bodyBytesMax: 100_000,
  /** Lists and objects in each other in a request's body. */
  bodyDepthMax: 50,
  /** After 413, for how long a client may go on sending before the connection closes under it. */
  lingerMs: 250,
  /** Bytes that are read of that, and thrown away. */
  lingerBytesMax: 2_000_000,
  /** Bytes of a request's body with a service or admin token. */
  serviceBodyBytesMax: 1_000_000,
  /** Tokens (words and signs) of a document, counted while it is read. */
  documentTokensMax: 1_000,
  /** Fields below each other in an operation. */
  depthMax: 10,
  /** Aliases of an operation, those of fragments as often as they are spread. */
  aliasesMax: 15,
  /** Fields of an operation, those of fragments as often as they are spread. */
  fieldsMax: 1_000,
  /** Directives in one place of a document. */
  fieldDirectivesMax: 5,
  /** Directives of a document. */
  directivesMax: 50,
  /** Mutations of one request. */
  mutationsMax: 10,
  /** Cost of an operation, by @cost and @listSize. */
  costMax: 1_000,
  /** Characters of an error's message: some repeat what the client sent. */
  errorMessageCharactersMax: 500,
  /**
   * Characters of the documents whose parsed form the Yoga lane remembers, together. A parsed document
   * takes up to a hundred times its text.
   */
  documentsRememberedCharactersMax: 200_000,
  /** From a request's parameters to its answer. What has not begun by then never does. */
  requestMs: 5_000,

  /** Reads that one process computes at the same time; more wait in line. */
  readsComputedMax: 400,
  /** Reads in that line; more are refused with OVERLOADED. */
  readsWaitingMax: 10_000,
  /** Reads computed and in line, together, up to which a late event loop refuses nobody: a burst of its own making. */
  readsLateMax: 8_000,
  /** In that line; who has waited longer is refused. */
  readWaitMs: 3_000,
  /** Between two looks at who has waited that long. */
  admissionSweepMs: 100,
  /** A mean delay of the event loop from which no more reads are taken into that line. */
  admissionDelayMs: 200,
  /** What that mean is taken over. */
  admissionWindowMs: 500,

  /** Opening a connection to Redis. */
  redisConnectMs: 250,
  /** Between two pings of Redis. */
  redisPingMs: 100,
  /** Silence of Redis while it owes an answer; the connection is then given up. */
  redisSilenceMs: 300,
  /** The longest pause between two attempts to reach a Redis that is away. */
  redisReconnectMsMax: 1_000,
  /** Reading from the cache Redis; past it the answer is made without. */
  cacheReadMs: 25,
  /** Writing what others may then read from the cache Redis. */
  cacheWriteMs: 100,
  /** After the cache Redis was late: how long nobody asks it for generations. */
  cachePauseMs: 100,
  /** Bytes of cached answers in the memory of one process. */
  answersMemoryBytesMax: 64_000_000,
  /** Of these for answers that have been asked for once. */
  newAnswersMemoryBytesMax: 32_000_000,
  /** New answers that one process puts into Redis in a second; others follow when they are asked for again. */
  answersSharedPerSecondMax: 5_000,
  /** Of these, answers that nobody has asked for again yet. */
  unaskedAnswersSharedPerSecondMax: 200,
  /** A cached answer counts for that long, if nothing that it depends on changes before. */
  answerMs: 30_000,
  /** The same for what depends on more than tags can name: leaderboards, ranks. */
  untaggedAnswerMs: 1_000,
  /** While MySQL is away: how long an answer is told again whose generations stand. */
  outageAnswerMs: 600_000,
  /** While MySQL is away: how long a public answer is told again that has run out. */
  outagePublicMs: 60_000,
  /** Tags whose keys one process has ready. */
  tagsKnownMax: 20_000,
  /** Answers that travel to or from the cache Redis in one command. */
  answerBatchMax: 100,
  /** Bytes of requests for cached answers that one process remembers, judged. */
  knownRequestsBytesMax: 16_000_000,
  /** What one of them asks for by one of its several askers, remembered so often. */
  questionsRememberedMax: 20_000,
  /** Characters of one of them; a longer one is judged each time. */
  knownRequestCharactersMax: 4_000,
  /** Ways that one operation is kept compiled, one for each set of fields that its @skip and @include leave. */
  compiledSelectionsMax: 64,
  /** Computations of cacheable answers that one process has under way; beyond it nobody waits for another's. */
  flightsMax: 10_000,

  /** Bytes of documents that clients registered by themselves (APQ), in Redis. */
  automaticDocumentBytesMax: 8_000_000,
  /** The same in the memory of one process. */
  automaticDocumentMemoryBytesMax: 2_000_000,

  /** Verified tokens that a process remembers until they expire. */
  tokensRememberedMax: 20_000,
  /** Headers of one request. */
  requestHeadersMs: 10_000,
  /** A whole request, headers and body. */
  requestReceiveMs: 15_000,
  /** A connection without a request. */
  keepAliveMs: 65_000,
  /** Bytes of a request's headers together. */
  headerBytesMax: 16_384,
  /** Headers of one request, counted. */
  headersMax: 100,
  /** Connections one process holds. */
  connectionsMax: 15_000,
  /** Connections that the system has taken and the process has not: with fewer, a rush waits whole seconds. */
  backlogMax: 4_096,
  /** Requests of one connection that have no answer yet; clients of today send one after the other. */
  pipelinedRequestsMax: 16,
  /** An answer that is written and that its client does not take. */
  answerReadMs: 10_000,
  /** A connection without a request while nine of ten connections are taken. */
  crowdedIdleMs: 5_000,
  /** Between two looks at all connections: how late those three bounds and the receiving ones may act. */
  connectionSweepMs: 1_000,
  /** Characters of a bearer token; a real one has some 300. */
  tokenCharactersMax: 4_096,
  /** Characters of token headers whose key is remembered, together. */
  tokenHeaderCharactersRememberedMax: 10_000,
  /** Clock difference tolerated between whoever signs tokens and this server. */
  tokenClockToleranceSeconds: 5,

  /** Entries of a connection page. */
  pageEntriesMax: 100,
  /** Ids of one `nodes`. */
  nodeIdsMax: 100,
  /** Characters of a cursor; the longest real one has some 100. */
  cursorCharactersMax: 512,
  /** Characters of an id; the longest real one has some 80. */
  idCharactersMax: 128,
  /** Characters of a city's name, in code points, as the column holds them. */
  cityCharactersMax: 100,
  /** Radius of a search for item locations. */
  radiusMetersMax: 50_000,
  /** Ages the AGE leaderboard accepts. */
  ageYearsMax: 150,

  /**
   * Item locations ever given to a player up to which all of them are read and measured in this
   * process; beyond it the search goes through the cell index.
   */
  itemLocationsScannedMax: 200,
  /** Index ranges that cover one search through the cell index. */
  cellRangesMax: 16,

  /** After SIGTERM: requests in flight may take this long before their connections are cut. */
  drainMs: 10_000,
  /** After SIGTERM: idle keep-alive connections stay open this long, for requests on their way. */
  drainIdleMs: 500,
  /** After that: telling Redis what it has not confirmed; with all before it within a worker's leave. */
  fenceStopMs: 2_000,
} as const;
