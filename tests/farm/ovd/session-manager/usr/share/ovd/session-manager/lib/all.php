<?php
foreach (['settings', 'database', 'host', 'slaves', 'keys', 'sessions'] as $part)
    require_once __DIR__ . "/$part.php";
